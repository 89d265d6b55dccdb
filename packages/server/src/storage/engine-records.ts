import type { Kysely } from "kysely";
import type { AuthorizationCleanUp, EngineRecords } from "../authorization/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";
import { ofGeneration } from "./of-generation.ts";

/** What the OAuth engine keeps between two requests. */
export function createEngineRecords(
	db: Kysely<Database>,
): EngineRecords & AuthorizationCleanUp["engineRecords"] {
	return {
		async find(kind, idHash) {
			const row = await db
				.selectFrom("engine_records")
				.selectAll()
				.where("kind", "=", kind)
				.where("id_hash", "=", idHash)
				.executeTakeFirst();
			if (row === undefined) return undefined;
			return {
				kind,
				idHash,
				payload: row.payload,
				expiresAt: row.expires_at,
				...(row.consumed_at === null ? {} : { consumedAt: row.consumed_at }),
				...(row.session_id === null ? {} : { sessionId: row.session_id }),
			};
		},

		async put({ kind, idHash, payload, expiresAt }) {
			await db
				.insertInto("engine_records")
				.values({ kind, id_hash: idHash, payload, expires_at: expiresAt })
				.onConflict((conflict) =>
					conflict.columns(["kind", "id_hash"]).doUpdateSet((set) => ({
						payload: set.ref("excluded.payload"),
						expires_at: set.ref("excluded.expires_at"),
					})),
				)
				.execute();
		},

		async remove(kind, idHash) {
			const deleted = await db
				.deleteFrom("engine_records")
				.where("kind", "=", kind)
				.where("id_hash", "=", idHash)
				.executeTakeFirst();
			return deleted.numDeletedRows > 0n;
		},

		async consume({ kind, idHash, now, sessionId, agreed }) {
			const spent = await db
				.updateTable("engine_records")
				.set({ consumed_at: now, session_id: sessionId ?? null })
				.where("kind", "=", kind)
				.where("id_hash", "=", idHash)
				.where("consumed_at", "is", null)
				.where("expires_at", ">", now)
				.$call((q) => (agreed === undefined ? q : q.where(({ exists }) => exists(ofGeneration(db, agreed)))))
				.returning("id_hash")
				.executeTakeFirst();
			return spent !== undefined;
		},

		async deleteExpired(kind, before) {
			const deleted = await db
				.deleteFrom("engine_records")
				.where("kind", "=", kind)
				.where("id_hash", "in", (rows) =>
					rows
						.selectFrom("engine_records")
						.select("engine_records.id_hash")
						.where("kind", "=", kind)
						.where("expires_at", "<", before)
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(deleted.numDeletedRows);
		},
	};
}
