import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * What of an approved request had to be sent when its first key was about to leave, as a JSON list: while all of it is
 * still missing at the homeserver, nothing has arrived. Of what is being spent now nobody wrote it down: all of its
 * keys, as it was read until now.
 */
export const whatIsSent: Migration = {
	async up(db) {
		await db.schema
			.alterTable("reset_requests")
			.addColumn("sending", "text", (c) => c.notNull().defaultTo("[]"))
			.execute();
		await noteWhatIsUnderWay(db);
	},
};

async function noteWhatIsUnderWay(db: Kysely<unknown>): Promise<void> {
	const requests = db.withTables<{ reset_requests: Requests }>();
	const spending = await requests
		.selectFrom("reset_requests")
		.select(["reference", "keys"])
		.where("state", "=", "spending")
		.execute();
	for (const { reference, keys } of spending) {
		const names = Object.keys(JSON.parse(keys)).map((name) => name.replace(/_key$/, ""));
		await requests
			.updateTable("reset_requests")
			.set({ sending: JSON.stringify(names) })
			.where("reference", "=", reference)
			.execute();
	}
}

interface Requests {
	reference: string;
	keys: string;
	state: string;
	sending: string;
}
