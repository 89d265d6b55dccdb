import type { Kysely, Selectable } from "kysely";
import type { Device, Devices } from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";
import type { DevicesTable } from "./tables.ts";

export function createDevices(db: Kysely<Database>): Devices {
	return {
		async add(device) {
			await db
				.insertInto("devices")
				.values({
					account_id: device.accountId,
					device_id: device.deviceId,
					display_name: device.displayName ?? null,
					created_at: device.createdAt,
				})
				.onConflict((conflict) => conflict.columns(["account_id", "device_id"]).doNothing())
				.execute();
		},

		async find(accountId, deviceId) {
			const row = await db
				.selectFrom("devices")
				.selectAll()
				.where("account_id", "=", accountId)
				.where("device_id", "=", deviceId)
				.executeTakeFirst();
			return row && deviceOf(row);
		},

		async list(accountId) {
			const rows = await db
				.selectFrom("devices")
				.selectAll()
				.where("account_id", "=", accountId)
				.orderBy("created_at")
				.orderBy("device_id")
				.execute();
			return rows.map(deviceOf);
		},

		async rename(accountId, deviceId, displayName) {
			const row = await db
				.updateTable("devices")
				.set({ display_name: displayName })
				.where("account_id", "=", accountId)
				.where("device_id", "=", deviceId)
				.returning("device_id")
				.executeTakeFirst();
			return row !== undefined;
		},
	};
}

function deviceOf(row: Selectable<DevicesTable>): Device {
	return {
		accountId: row.account_id,
		deviceId: row.device_id,
		...(row.display_name !== null && { displayName: row.display_name }),
		createdAt: row.created_at,
	};
}
