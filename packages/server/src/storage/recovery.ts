import type { Kysely } from "kysely";
import type { RecoveryCleanUp, RecoveryRecords } from "../password-links/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";

/** What strangers typed who want a new password, until it is looked up. */
export function createRecoveryRecords(db: Kysely<Database>): RecoveryRecords & RecoveryCleanUp["recovery"] {
	return {
		async add({ id, typed, address, askedAt }) {
			await db.insertInto("recovery_askings").values({ id, typed, address, asked_at: askedAt }).execute();
		},

		async isAny() {
			return (await db.selectFrom("recovery_askings").select("id").limit(1).executeTakeFirst()) !== undefined;
		},

		async take() {
			const row = await db
				.deleteFrom("recovery_askings")
				.where("id", "=", (one) =>
					one.selectFrom("recovery_askings").select("id").orderBy("asked_at").orderBy("id").limit(1),
				)
				.returning(["typed", "address"])
				.executeTakeFirst();
			return row && { typed: row.typed, address: row.address };
		},

		async deleteBefore(before) {
			const result = await db
				.deleteFrom("recovery_askings")
				.where("id", "in", (some) =>
					some.selectFrom("recovery_askings").select("id").where("asked_at", "<", before).limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}
