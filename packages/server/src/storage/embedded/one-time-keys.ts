import type { Kysely } from "kysely";
import type { CountedKey, OneTimeKeys, Stream } from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";

export function createOneTimeKeys(db: Kysely<Database>, stream: Stream): OneTimeKeys {
	const oldest = (accountId: string, deviceId: string, algorithm: string) =>
		db
			.selectFrom("one_time_keys")
			.select("key_id")
			.where("account_id", "=", accountId)
			.where("device_id", "=", deviceId)
			.where("algorithm", "=", algorithm)
			.orderBy("position")
			.orderBy("place")
			.limit(1)
			.executeTakeFirst();

	return {
		async find(accountId, deviceId, ids) {
			if (ids.length === 0) return [];
			const rows = await db
				.selectFrom("one_time_keys")
				.select(["algorithm", "key_id", "key"])
				.where("account_id", "=", accountId)
				.where("device_id", "=", deviceId)
				.where("key_id", "in", [...ids])
				.execute();
			return rows.map(keyOf);
		},

		async add(accountId, deviceId, keys) {
			if (keys.length === 0) return;
			const position = await stream.next(accountId);
			const rows = keys.map(({ algorithm, keyId, key }, place) => ({
				account_id: accountId,
				device_id: deviceId,
				algorithm,
				key_id: keyId,
				key,
				position,
				place,
			}));
			await db
				.insertInto("one_time_keys")
				.values(rows)
				.onConflict((conflict) =>
					conflict.columns(["account_id", "device_id", "algorithm", "key_id"]).doNothing(),
				)
				.execute();
		},

		async claim(accountId, deviceId, algorithm) {
			for (;;) {
				const next = await oldest(accountId, deviceId, algorithm);
				if (next === undefined) return undefined;
				// The deletion decides: where writers run side by side, the one that deletes nothing looks again.
				const taken = await db
					.deleteFrom("one_time_keys")
					.where("account_id", "=", accountId)
					.where("device_id", "=", deviceId)
					.where("algorithm", "=", algorithm)
					.where("key_id", "=", next.key_id)
					.returning(["algorithm", "key_id", "key"])
					.executeTakeFirst();
				if (taken !== undefined) return keyOf(taken);
			}
		},

		async counts(accountId, deviceId) {
			const rows = await db
				.selectFrom("one_time_keys")
				.select((eb) => ["algorithm", eb.fn.countAll<number>().as("left")])
				.where("account_id", "=", accountId)
				.where("device_id", "=", deviceId)
				.groupBy("algorithm")
				.execute();
			return Object.fromEntries(rows.map((row) => [row.algorithm, row.left]));
		},
	};
}

function keyOf(row: { algorithm: string; key_id: string; key: string }): CountedKey {
	return { algorithm: row.algorithm, keyId: row.key_id, key: row.key };
}
