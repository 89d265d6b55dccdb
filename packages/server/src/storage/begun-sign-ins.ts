import type { Kysely } from "kysely";
import type { BegunSignIns, ProofsCleanUp } from "../proofs/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";

/** Browsers in which the first of two factors was shown. */
export function createBegunSignIns(db: Kysely<Database>): BegunSignIns & ProofsCleanUp["begunSignIns"] {
	return {
		async add({ idHash, accountId, generation, how, at, stay = null, expiresAt }) {
			await db
				.insertInto("begun_sign_ins")
				.values({ id_hash: idHash, account_id: accountId, generation, how, at, stay, expires_at: expiresAt })
				.execute();
		},

		async find(idHash, now) {
			const row = await db
				.selectFrom("begun_sign_ins")
				.select(["account_id", "generation", "how", "at", "stay"])
				.where("id_hash", "=", idHash)
				.where("expires_at", ">", now)
				.executeTakeFirst();
			if (row === undefined) return undefined;
			const { account_id: accountId, generation, how, at, stay } = row;
			return { accountId, generation, how, at, ...(stay !== null && { stay }) };
		},

		async end(idHash) {
			const row = await db
				.deleteFrom("begun_sign_ins")
				.where("id_hash", "=", idHash)
				.returning("id_hash")
				.executeTakeFirst();
			return row !== undefined;
		},

		async deleteExpired(before) {
			const result = await db
				.deleteFrom("begun_sign_ins")
				.where("id_hash", "in", (rows) =>
					rows
						.selectFrom("begun_sign_ins")
						.select("begun_sign_ins.id_hash")
						.where("expires_at", "<", before)
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}
