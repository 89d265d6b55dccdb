import type { Pool } from "pg";
import type { BegunRequests } from "../../authorization/ports.ts";
import { answered } from "./answered.ts";

/**
 * Notes requests of apps, each in one statement, which is a transaction of its own at READ COMMITTED. The row is of an id
 * that was drawn for it, so that no unit of work can have looked for it, and none loses to it.
 */
export function createBegunRequests(pool: Pool): BegunRequests {
	return {
		async add({ kind, idHash, payload, expiresAt }) {
			const values = [kind, idHash, payload, expiresAt];
			await answered(pool.query({ name: "begin request", text: insert, values }));
		},
	};
}

const insert = "INSERT INTO engine_records (kind, id_hash, payload, expires_at) VALUES ($1, $2, $3, $4)";
