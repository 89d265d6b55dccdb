import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** By which session at another service somebody signed in, so that it ends here with it. */
export const staysElsewhere: Migration = {
	async up(db: Kysely<unknown>) {
		await db.schema
			.createTable("upstream_stays")
			.addColumn("id", "text", (c) => c.primaryKey())
			.addColumn("provider", "text", (c) => c.notNull())
			.addColumn("issuer", "text", (c) => c.notNull())
			.addColumn("subject", "text", (c) => c.notNull())
			.addColumn("sid", "text")
			.addColumn("since", "bigint", (c) => c.notNull())
			.addColumn("expires_at", "bigint", (c) => c.notNull())
			.execute();
		await db.schema
			.createTable("upstream_ends")
			.addColumn("provider", "text", (c) => c.notNull())
			.addColumn("word_hash", "text", (c) => c.notNull())
			.addColumn("issuer", "text", (c) => c.notNull())
			.addColumn("subject", "text")
			.addColumn("sid", "text")
			.addColumn("until", "bigint", (c) => c.notNull())
			.addColumn("expires_at", "bigint", (c) => c.notNull())
			.addPrimaryKeyConstraint("upstream_ends_key", ["provider", "word_hash"])
			.execute();
		for (const [table, columns] of [
			["upstream_stays", ["provider", "subject"]],
			["upstream_stays", ["provider", "sid"]],
			["upstream_stays", ["expires_at"]],
			["upstream_ends", ["expires_at"]],
		] as const)
			await db.schema
				.createIndex(`${table}_by_${columns.join("_")}`)
				.on(table)
				.columns([...columns])
				.execute();
		for (const table of [
			...["browser_sessions", "begun_sign_ins", "upstream_arrivals"],
			...["device_authorizations", "sso_requests", "sessions"],
		])
			await db.schema.alterTable(table).addColumn("stay", "text").execute();
		for (const table of ["browser_sessions", "sessions"])
			await db.schema
				.createIndex(`${table}_by_stay`)
				.on(table)
				.column("stay")
				.where("stay" as never, "is not", null)
				.execute();
	},
};
