import type { Kysely } from "kysely";
import type { RendezvousRecords } from "../../homeserver/embedded/ports.ts";
import { rowsPerBatch } from "../batch.ts";
import type { Database } from "../database.ts";

export function createRendezvous(db: Kysely<Database>): RendezvousRecords {
	return {
		async countLive(now) {
			const row = await db
				.selectFrom("rendezvous")
				.select(({ fn }) => fn.countAll<number>().as("live"))
				.where("expires_at", ">", now)
				.executeTakeFirstOrThrow();
			return row.live;
		},

		async add({ idHash, payload, token, modifiedAt, expiresAt }) {
			await db
				.insertInto("rendezvous")
				.values({ id_hash: idHash, payload, token, modified_at: modifiedAt, expires_at: expiresAt })
				.execute();
		},

		async find(idHash, now) {
			const row = await db
				.selectFrom("rendezvous")
				.select(["payload", "token", "modified_at", "expires_at"])
				.where("id_hash", "=", idHash)
				.where("expires_at", ">", now)
				.executeTakeFirst();
			if (row === undefined) return undefined;
			const { payload, token, modified_at: modifiedAt, expires_at: expiresAt } = row;
			return { payload, token, modifiedAt, expiresAt };
		},

		async replace(idHash, { expected, payload, token, now }) {
			const row = await db
				.updateTable("rendezvous")
				.set({ payload, token, modified_at: now })
				.where("id_hash", "=", idHash)
				.where("token", "=", expected)
				.where("expires_at", ">", now)
				.returning("id_hash")
				.executeTakeFirst();
			return row !== undefined;
		},

		async remove(idHash, now) {
			const row = await db
				.deleteFrom("rendezvous")
				.where("id_hash", "=", idHash)
				.where("expires_at", ">", now)
				.returning("id_hash")
				.executeTakeFirst();
			return row !== undefined;
		},

		async deleteExpired(before) {
			const result = await db
				.deleteFrom("rendezvous")
				.where("id_hash", "in", (rows) =>
					rows
						.selectFrom("rendezvous")
						.select("rendezvous.id_hash")
						.where("expires_at", "<", before)
						.limit(rowsPerBatch),
				)
				.executeTakeFirstOrThrow();
			return Number(result.numDeletedRows);
		},
	};
}
