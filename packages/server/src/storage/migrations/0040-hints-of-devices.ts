import type { Migration } from "kysely/migration";

/** Whom a device means that waits to be signed in: a code that is typed says nothing of it. */
export const hintsOfDevices: Migration = {
	async up(db) {
		await db.schema.alterTable("device_authorizations").addColumn("login_hint", "text").execute();
	},
};
