import type { Kysely } from "kysely";
import type { FallbackKeys } from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";

export function createFallbackKeys(db: Kysely<Database>): FallbackKeys {
	return {
		async replace(accountId, deviceId, { algorithm, keyId, key }) {
			await db
				.insertInto("fallback_keys")
				.values({ account_id: accountId, device_id: deviceId, algorithm, key_id: keyId, key, used: 0 })
				.onConflict((conflict) =>
					conflict
						.columns(["account_id", "device_id", "algorithm"])
						.doUpdateSet({ key_id: keyId, key, used: 0 })
						.where((eb) =>
							eb.or([eb("fallback_keys.key_id", "<>", keyId), eb("fallback_keys.key", "<>", key)]),
						),
				)
				.execute();
		},

		async claim(accountId, deviceId, algorithm) {
			const row = await db
				.updateTable("fallback_keys")
				.set({ used: 1 })
				.where("account_id", "=", accountId)
				.where("device_id", "=", deviceId)
				.where("algorithm", "=", algorithm)
				.returning(["key_id", "key"])
				.executeTakeFirst();
			return row && { algorithm, keyId: row.key_id, key: row.key };
		},

		async algorithms(accountId, deviceId) {
			const rows = await db
				.selectFrom("fallback_keys")
				.select("algorithm")
				.where("account_id", "=", accountId)
				.where("device_id", "=", deviceId)
				.execute();
			return rows.map((row) => row.algorithm);
		},

		async unusedAlgorithms(accountId, deviceId) {
			const rows = await db
				.selectFrom("fallback_keys")
				.select("algorithm")
				.where("account_id", "=", accountId)
				.where("device_id", "=", deviceId)
				.where("used", "=", 0)
				.orderBy("algorithm")
				.execute();
			return rows.map((row) => row.algorithm);
		},
	};
}
