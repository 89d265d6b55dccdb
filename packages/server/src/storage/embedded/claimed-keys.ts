import { hash } from "node:crypto";
import type { AccountId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { Kysely } from "kysely";
import type { CountedKey } from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";

/** So many of each device are remembered. Its app keeps about a hundred, and repeats what it sent last. */
const remembered = 1_000;

/** The one-time keys of devices that were handed out. */
export function createClaimedKeys(db: Kysely<Database>) {
	const ofDevice = (accountId: AccountId, deviceId: DeviceId) =>
		db
			.selectFrom("claimed_keys")
			.where("claimed_keys.account_id", "=", accountId)
			.where("claimed_keys.device_id", "=", deviceId);
	return {
		/** @param position of the upload that brought the key */
		async note(accountId: AccountId, deviceId: DeviceId, key: CountedKey, position: number): Promise<void> {
			const noted = { key_hash: hashOf(key), position };
			const { algorithm, keyId } = key;
			await db
				.insertInto("claimed_keys")
				.values({ account_id: accountId, device_id: deviceId, algorithm, key_id: keyId, ...noted })
				// The app gave the name to another key since.
				.onConflict((conflict) =>
					conflict.columns(["account_id", "device_id", "algorithm", "key_id"]).doUpdateSet(noted),
				)
				.execute();
		},

		/** Those of the keys that were not handed out yet. */
		async unclaimed(
			accountId: AccountId,
			deviceId: DeviceId,
			keys: readonly CountedKey[],
		): Promise<readonly CountedKey[]> {
			const rows = await ofDevice(accountId, deviceId).select(["algorithm", "key_id", "key_hash"]).execute();
			const claimed = new Set(rows.map((row) => nameOf(row.algorithm, row.key_id, row.key_hash)));
			return keys.filter((key) => !claimed.has(nameOf(key.algorithm, key.keyId, hashOf(key))));
		},

		/** Forgets the oldest beyond what is remembered. */
		async forget(accountId: AccountId, deviceId: DeviceId): Promise<void> {
			await db
				.deleteFrom("claimed_keys")
				.where("account_id", "=", accountId)
				.where("device_id", "=", deviceId)
				.where("position", "<", () =>
					ofDevice(accountId, deviceId)
						.select("claimed_keys.position")
						.orderBy("claimed_keys.position", "desc")
						.limit(1)
						.offset(remembered - 1),
				)
				.execute();
		},
	};
}

function nameOf(...parts: readonly [algorithm: string, keyId: string, keyHash: string]): string {
	return parts.join("\n");
}

function hashOf({ key }: CountedKey): string {
	return hash("sha256", key, "base64url");
}
