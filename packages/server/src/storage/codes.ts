import type { Kysely } from "kysely";
import type { OneTimeCodeRecords, RecoveryCodeRecords } from "../proofs/ports.ts";
import type { Database } from "./database.ts";

/** Secrets of one-time codes. Whether a code was used before is decided within the statement that uses it. */
export function createOneTimeCodeRecords(db: Kysely<Database>): OneTimeCodeRecords {
	return {
		async put({ accountId, secret, lastStep, createdAt }) {
			const kept = { secret, last_step: lastStep, created_at: createdAt };
			await db
				.insertInto("one_time_codes")
				.values({ account_id: accountId, ...kept })
				.onConflict((conflict) => conflict.column("account_id").doUpdateSet(kept))
				.execute();
		},

		async find(accountId) {
			const row = await db
				.selectFrom("one_time_codes")
				.select(["secret", "created_at"])
				.where("account_id", "=", accountId)
				.executeTakeFirst();
			return row && { secret: row.secret, createdAt: row.created_at };
		},

		async use(accountId, step) {
			const row = await db
				.updateTable("one_time_codes")
				.set({ last_step: step })
				.where("account_id", "=", accountId)
				.where("last_step", "<", step)
				.returning("account_id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async remove(accountId) {
			const row = await db
				.deleteFrom("one_time_codes")
				.where("account_id", "=", accountId)
				.returning("account_id")
				.executeTakeFirst();
			return row !== undefined;
		},
	};
}

/** Recovery codes, known by their hashes only. */
export function createRecoveryCodeRecords(db: Kysely<Database>): RecoveryCodeRecords {
	return {
		async add(accountId, hashes) {
			await db
				.insertInto("recovery_codes")
				.values(hashes.map((hash) => ({ hash, account_id: accountId })))
				.execute();
		},

		async left(accountId) {
			const rows = await db
				.selectFrom("recovery_codes")
				.select("hash")
				.where("account_id", "=", accountId)
				.where("used_at", "is", null)
				.execute();
			return rows.length;
		},

		async use(accountId, hash, at) {
			const row = await db
				.updateTable("recovery_codes")
				.set({ used_at: at })
				.where("hash", "=", hash)
				.where("account_id", "=", accountId)
				.where("used_at", "is", null)
				.returning("hash")
				.executeTakeFirst();
			return row !== undefined;
		},

		async removeAllOf(accountId) {
			const rows = await db
				.deleteFrom("recovery_codes")
				.where("account_id", "=", accountId)
				.returning("hash")
				.execute();
			return rows.length;
		},
	};
}
