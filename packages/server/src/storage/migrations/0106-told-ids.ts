import { hash } from "node:crypto";
import { isUlid, ulidOfBytes } from "@countersign/core";
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** So many rows are read at once. */
const batch = 1000;

/** What each of these is known by, in the order of its key. */
const tables = [
	{ name: "sessions", kind: "app-session", key: ["id"] },
	{ name: "browser_sessions", kind: "browser-session", key: ["id_hash"] },
	{ name: "account_emails", kind: "address", key: ["account_id", "address_key"] },
	{ name: "account_links", kind: "link", key: ["provider", "subject"] },
] as const;

/**
 * What the admin API calls a row: ids that are ULIDs, as its programs demand. Lists are in their order. Registration
 * tokens have no other id than the one that operators type, which becomes one.
 */
export const toldIds: Migration = {
	async up(db: Kysely<unknown>) {
		// Another spelling of an address that is theirs already was kept as one that waits.
		await sql`DELETE FROM account_emails WHERE verified_at IS NULL AND EXISTS (
			SELECT 1 FROM account_emails AS other WHERE other.account_id = account_emails.account_id
			AND other.address_key = account_emails.address_key
			AND (other.verified_at IS NOT NULL OR other.address < account_emails.address))`.execute(db);
		for (const { name, kind, key } of tables) {
			await db.schema.alterTable(name).addColumn("told_id", "text").execute();
			await rename(db, { name, kind, key, column: "told_id" });
			await db.schema.createIndex(`${name}_told_id`).on(name).column("told_id").unique().execute();
		}
		await db.schema.dropIndex("sessions_of_account").execute();
		await db.schema
			.createIndex("sessions_of_account")
			.on("sessions")
			.columns(["account_id", "told_id"])
			.execute();
		await rename(db, { name: "registration_tokens", kind: "registration-token", key: ["id"], column: "id" });
	},
};

interface Renaming {
	readonly name: string;
	readonly kind: string;
	readonly key: readonly string[];
	readonly column: string;
}

async function rename(db: Kysely<unknown>, { name, kind, key, column }: Renaming): Promise<void> {
	const keys = sql.join(key.map((each) => sql.ref(each)));
	for (let after: readonly string[] | undefined; ; ) {
		const behind = after === undefined ? sql`` : sql`WHERE (${keys}) > (${sql.join([...after])})`;
		const { rows } = await sql<Readonly<Record<string, string>>>`
			SELECT ${keys} FROM ${sql.table(name)} ${behind} ORDER BY ${keys} LIMIT ${batch}`.execute(db);
		for (const row of rows) {
			const knownBy = key.map((each) => String(row[each]));
			const is = sql.join(
				key.map((each, at) => sql`${sql.ref(each)} = ${knownBy[at]}`),
				sql` AND `,
			);
			await sql`UPDATE ${sql.table(name)} SET ${sql.ref(column)} = ${told(kind, knownBy)} WHERE ${is}`.execute(
				db,
			);
			after = knownBy;
		}
		if (rows.length < batch) return;
	}
}

/** As rows are given one now; a migration does not change with it. */
function told(kind: string, knownBy: readonly string[]): string {
	const [only = ""] = knownBy;
	if (knownBy.length === 1 && isUlid(only)) return only;
	const text = `countersign ${kind}\n${JSON.stringify(knownBy)}`;
	return ulidOfBytes(hash("sha256", text, "buffer").subarray(0, 16));
}
