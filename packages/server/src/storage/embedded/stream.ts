import type { AccountId } from "@countersign/core";
import type { Kysely } from "kysely";
import type { KeyChanges, Stream } from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";

/**
 * The counter is one row, so that whoever takes a position holds it until the commit: no later position can become
 * visible before an earlier one, and a reader that has seen position n has missed nothing below it.
 */
export function createStream(db: Kysely<Database>, changed: (accountId: AccountId) => void): Stream {
	return {
		async next(accountId) {
			const row = await db
				.updateTable("stream")
				.set((eb) => ({ position: eb("position", "+", 1) }))
				.where("name", "=", "main")
				.returning("position")
				.executeTakeFirstOrThrow();
			changed(accountId);
			return row.position;
		},

		async position() {
			const row = await db
				.selectFrom("stream")
				.select("position")
				.where("name", "=", "main")
				.executeTakeFirstOrThrow();
			return row.position;
		},
	};
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
