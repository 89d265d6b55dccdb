import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Which service made somebody an administrator, so that it takes away what it gave, and nothing else. */
export const adminsByServices: Migration = {
	async up(db: Kysely<unknown>) {
		await db.schema.alterTable("accounts").addColumn("admin_by", "text").execute();
	},
};
