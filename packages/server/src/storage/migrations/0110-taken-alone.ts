import type { Migration } from "kysely/migration";

/** Which versions of the key backup were taken away beside those up to the floor. */
export const takenAlone: Migration = {
	async up(db) {
		await db.schema.alterTable("holds").addColumn("alone", "text").execute();
	},
};
