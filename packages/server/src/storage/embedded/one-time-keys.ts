import type { Kysely } from "kysely";
import type { CountedKey, OneTimeKeys, Stream } from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";
import { anyAccountId, anyDeviceId, anyNumber, anyText, runPrepared } from "../prepared.ts";
import { createClaimedKeys } from "./claimed-keys.ts";

export function createOneTimeKeys(db: Kysely<Database>, stream: Stream): OneTimeKeys {
	const insertion = db
		.insertInto("one_time_keys")
		.values({
			...{
				account_id: anyAccountId,
				device_id: anyDeviceId,
				algorithm: anyText,
				key_id: anyText,
				key: anyText,
			},
			...{ position: anyNumber, place: anyNumber },
		})
		.onConflict((conflict) =>
			conflict.columns(["account_id", "device_id", "algorithm", "key_id"]).doNothing(),
		)
		.compile();
	const claimed = createClaimedKeys(db);
	return {
		async find(accountId, deviceId) {
			const rows = await db
				.selectFrom("one_time_keys")
				.select(["algorithm", "key_id", "key"])
				.where("account_id", "=", accountId)
				.where("device_id", "=", deviceId)
				.execute();
			return rows.map(keyOf);
		},

		async add(accountId, deviceId, keys) {
			const unclaimed = keys.length === 0 ? [] : await claimed.unclaimed(accountId, deviceId, keys);
			if (unclaimed.length === 0) return;
			await claimed.forget(accountId, deviceId);
			const position = await stream.next(accountId);
			// One by one: a text for each number of keys would fill up the statements that are kept ready.
			for (const [place, { algorithm, keyId, key }] of unclaimed.entries())
				await runPrepared(db, insertion, [accountId, deviceId, algorithm, keyId, key, position, place]);
		},

		async claim(accountId, deviceId, algorithm) {
			const taken = await db
				.deleteFrom("one_time_keys")
				.where("account_id", "=", accountId)
				.where("device_id", "=", deviceId)
				.where("algorithm", "=", algorithm)
				.where("key_id", "=", (keys) =>
					keys
						.selectFrom("one_time_keys as oldest")
						.select("oldest.key_id")
						.where("oldest.account_id", "=", accountId)
						.where("oldest.device_id", "=", deviceId)
						.where("oldest.algorithm", "=", algorithm)
						.orderBy("oldest.position")
						.orderBy("oldest.place")
						.limit(1),
				)
				.returning(["algorithm", "key_id", "key", "position"])
				.executeTakeFirst();
			if (taken === undefined) return undefined;
			await claimed.note(accountId, deviceId, keyOf(taken), taken.position);
			return keyOf(taken);
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
