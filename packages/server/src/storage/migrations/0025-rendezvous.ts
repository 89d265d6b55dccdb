import type { Migration } from "kysely/migration";

/** Where two devices meet before one of them is signed in. It belongs to nobody, and lives for minutes. */
export const rendezvous: Migration = {
	async up(db) {
		await db.schema
			.createTable("rendezvous")
			.addColumn("id_hash", "text", (c) => c.primaryKey())
			.addColumn("payload", "text", (c) => c.notNull())
			.addColumn("token", "text", (c) => c.notNull())
			.addColumn("modified_at", "bigint", (c) => c.notNull())
			.addColumn("expires_at", "bigint", (c) => c.notNull())
			.execute();
		await db.schema.createIndex("rendezvous_by_expires_at").on("rendezvous").column("expires_at").execute();
	},
};
