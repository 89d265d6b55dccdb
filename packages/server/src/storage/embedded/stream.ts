import type { AccountId } from "@countersign/core";
import { type Kysely, sql } from "kysely";
import type { KeyChanges, Stream } from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";
import { anyAccountId, runPrepared } from "../prepared.ts";

/**
 * The counter of an account is one row, so that whoever takes a position holds it until the commit: no later position of
 * that account can become visible before an earlier one, and a reader that has seen position n has missed nothing below
 * it. Of other accounts it says nothing, and nobody asks: each reads their own. An account without a row is where all of
 * them began.
 */
export function createStream(db: Kysely<Database>, changed: (accountId: AccountId) => void): Stream {
	const taking = sql<Position>`
		INSERT INTO stream_positions (account_id, "position")
		SELECT ${anyAccountId}, "position" + 1 FROM stream_start WHERE name = 'main'
		ON CONFLICT (account_id) DO UPDATE SET "position" = stream_positions."position" + 1
		RETURNING "position"`.compile(db);
	const reading = sql<Position>`
		SELECT coalesce(
			(SELECT "position" FROM stream_positions WHERE account_id = ${anyAccountId}),
			(SELECT "position" FROM stream_start WHERE name = 'main')) AS "position"`.compile(db);
	return {
		async next(accountId) {
			const position = positionIn(await runPrepared(db, taking, [accountId]));
			changed(accountId);
			return position;
		},

		position: async (accountId) => positionIn(await runPrepared(db, reading, [accountId])),
	};
}

interface Position {
	readonly position: number;
}

function positionIn([row]: readonly Position[]): number {
	if (row === undefined) throw new Error("the stream has no beginning");
	return row.position;
}

export function createKeyChanges(db: Kysely<Database>, stream: Stream): KeyChanges {
	return {
		async record(accountId) {
			const position = await stream.next(accountId);
			await db
				.insertInto("key_changes")
				.values({ account_id: accountId, position })
				.onConflict((conflict) => conflict.column("account_id").doUpdateSet({ position }))
				.execute();
		},

		async changedSince(accountId, position) {
			const row = await db
				.selectFrom("key_changes")
				.select("position")
				.where("account_id", "=", accountId)
				.where("position", ">", position)
				.executeTakeFirst();
			return row !== undefined;
		},
	};
}
