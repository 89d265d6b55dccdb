import type { Migration } from "kysely/migration";

/** What a Synapse beside this server still has to be told, and which devices are only being made there. */
export const homeserverTasks: Migration = {
	async up(db) {
		await db.schema
			.createTable("homeserver_tasks")
			.addColumn("account_id", "text", (c) => c.notNull().references("accounts.id"))
			.addColumn("position", "bigint", (c) => c.notNull())
			.addColumn("kind", "text", (c) => c.notNull())
			.addColumn("detail", "text", (c) => c.notNull())
			.addColumn("created_at", "bigint", (c) => c.notNull())
			.addColumn("attempts", "integer", (c) => c.notNull().defaultTo(0))
			.addColumn("next_at", "bigint", (c) => c.notNull())
			.addColumn("lease", "text")
			.addColumn("leased_until", "bigint")
			.addColumn("failure", "text")
			.addColumn("refused_at", "bigint")
			.addPrimaryKeyConstraint("homeserver_tasks_key", ["account_id", "position"])
			.execute();
		await db.schema
			.createIndex("homeserver_tasks_due")
			.on("homeserver_tasks")
			.columns(["next_at", "account_id", "position"])
			.execute();
		await db.schema.alterTable("devices").addColumn("making", "text").execute();
	},
};
