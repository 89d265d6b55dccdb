import type { Migration } from "kysely/migration";

/** Devices that wait to be signed in from a browser elsewhere. */
export const deviceAuthorizations: Migration = {
	async up(db) {
		await db.schema
			.createTable("device_authorizations")
			.addColumn("device_code_hash", "text", (c) => c.primaryKey())
			.addColumn("user_code_hash", "text", (c) => c.notNull().unique())
			.addColumn("client_id", "text", (c) => c.notNull().references("clients.id"))
			.addColumn("scope", "text", (c) => c.notNull())
			.addColumn("state", "text", (c) => c.notNull())
			.addColumn("interval_ms", "bigint", (c) => c.notNull())
			.addColumn("last_polled_at", "bigint")
			.addColumn("created_at", "bigint", (c) => c.notNull())
			.addColumn("expires_at", "bigint", (c) => c.notNull())
			.addColumn("address", "text")
			.addColumn("user_agent", "text")
			.addColumn("account_id", "text", (c) => c.references("accounts.id"))
			.addColumn("generation", "integer")
			.addColumn("decided_at", "bigint")
			.addColumn("session_id", "text")
			.execute();
		for (const column of ["account_id", "client_id", "expires_at"])
			await db.schema
				.createIndex(`device_authorizations_by_${column}`)
				.on("device_authorizations")
				.column(column)
				.execute();
	},
};
