import type { Migration } from "kysely/migration";

/** Lists of one person's sessions, in the order of their ids, look at no other's. */
export const sessionLists: Migration = {
	async up(db) {
		await db.schema.createIndex("sessions_of_account").on("sessions").columns(["account_id", "id"]).execute();
	},
};
