import type { Migration } from "kysely/migration";

/** Approvals that can be used only after a time in which their person may object. */
export const approvalsThatWait: Migration = {
	async up(db) {
		await db.schema.alterTable("reset_requests").addColumn("usable_from", "bigint").execute();
	},
};
