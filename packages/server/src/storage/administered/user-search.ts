import { type Kysely, PostgresAdapter, sql } from "kysely";
import type { Database } from "../database.ts";
import { areFew, type Condition, type Purpose } from "./listing.ts";

/**
 * Who has this text in their name, or at the beginning of an address that is confirmed as theirs. Of a text that few have,
 * names are looked through in their index, and whoever is found is sorted; of one that many have, the first of them are
 * found soon in the order of the list.
 */
export function createUserSearch(
	db: Kysely<Database>,
): (search: string, purpose: Purpose) => Promise<Condition> {
	const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
	// As bytes, in which what begins alike stands together. SQLite compares so anyway.
	const key = isPostgres ? sql`address_key COLLATE "C"` : sql`address_key`;
	const position = isPostgres ? sql`strpos` : sql`instr`;
	return async (search, purpose) => {
		const text = search.toLowerCase();
		const inName = sql`${position}(lower(localpart), ${text}) > 0`;
		const isAddress = sql`verified_at IS NOT NULL AND ${key} >= ${text} AND ${key} < ${`${text}\u{10FFFF}`}`;
		const byAddress = sql`accounts.id IN (SELECT account_id FROM account_emails WHERE ${isAddress})`;
		// There is an at sign in no name.
		if (text.includes("@")) return byAddress;
		if (purpose === "count") return sql`(${inName} OR ${byAddress})`;
		const few =
			(await areFew(db, sql`accounts WHERE ${inName}`)) &&
			(await areFew(db, sql`account_emails WHERE ${isAddress}`));
		if (few)
			return sql`(lower(localpart) IN (SELECT lower(localpart) FROM accounts WHERE ${inName}) OR ${byAddress})`;
		return sql`(${inName} OR EXISTS (SELECT 1 FROM account_emails
			WHERE account_id = accounts.id AND ${isAddress}))`;
	};
}
