import type { AccountId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { Kysely } from "kysely";
import type { DeviceKeysRepository, StoredDeviceKeys } from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";
import { dropKeysOf } from "./effects.ts";

export function createDeviceKeys(db: Kysely<Database>): DeviceKeysRepository {
	const select = (accountId: AccountId) =>
		db
			.selectFrom("device_keys")
			.innerJoin("devices", (join) =>
				join
					.onRef("devices.account_id", "=", "device_keys.account_id")
					.onRef("devices.device_id", "=", "device_keys.device_id"),
			)
			.select(["device_keys.device_id", "devices.display_name", "device_keys.object", "device_keys.signed"])
			.where("device_keys.account_id", "=", accountId);
	return {
		async find(accountId, deviceId) {
			const row = await select(accountId).where("device_keys.device_id", "=", deviceId).executeTakeFirst();
			return row && keysOf(row);
		},

		async list(accountId) {
			const rows = await select(accountId).orderBy("device_keys.device_id").execute();
			return rows.map(keysOf);
		},

		async replace(accountId, { deviceId, object, signed }) {
			await dropKeysOf(db, accountId, deviceId);
			await db
				.insertInto("device_keys")
				.values({ account_id: accountId, device_id: deviceId, object, signed })
				.execute();
		},
	};
}

function keysOf(row: {
	device_id: DeviceId;
	display_name: string | null;
	object: string;
	signed: string;
}): StoredDeviceKeys {
	return {
		deviceId: row.device_id,
		...(row.display_name !== null && { displayName: row.display_name }),
		object: row.object,
		signed: row.signed,
	};
}
