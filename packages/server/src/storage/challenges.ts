import type { Kysely } from "kysely";
import type { ProofsCleanUp, ProofUnit } from "../proofs/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";

/** Challenges that were answered: of many answers to one, the first is written down. */
export function createChallengeRecords(
	db: Kysely<Database>,
): ProofUnit["challenges"] & ProofsCleanUp["challenges"] {
	return {
		async use(hash, expiresAt) {
			const row = await db
				.insertInto("used_challenges")
				.values({ hash, expires_at: expiresAt })
				.onConflict((conflict) => conflict.column("hash").doNothing())
				.returning("hash")
				.executeTakeFirst();
			return row !== undefined;
		},

		async deleteExpired(before) {
			const result = await db
				.deleteFrom("used_challenges")
				.where("hash", "in", (rows) =>
					rows
						.selectFrom("used_challenges")
						.select("used_challenges.hash")
						.where("expires_at", "<", before)
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}
