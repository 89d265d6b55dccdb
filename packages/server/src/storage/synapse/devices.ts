import type { Kysely } from "kysely";
import type { HomeserverDevices } from "../../homeserver/synapse/ports.ts";
import type { Database } from "../database.ts";
import { dropResting } from "./obstacles.ts";

/** Beside Synapse the rows of devices say which ones this server made there. */
export function createHomeserverDevices(db: Kysely<Database>): HomeserverDevices {
	return {
		async begin({ accountId, deviceId, displayName = null, making, now }) {
			await dropResting(db, { accountId, deviceId });
			const device = { account_id: accountId, device_id: deviceId, display_name: displayName };
			await db
				.insertInto("devices")
				.values({ ...device, created_at: now, making })
				.onConflict((conflict) =>
					conflict.columns(["account_id", "device_id"]).doUpdateSet((set) => ({
						display_name: set.fn.coalesce("excluded.display_name", "devices.display_name"),
					})),
				)
				.execute();
			const row = await db
				.selectFrom("devices")
				.select("making")
				.where("account_id", "=", accountId)
				.where("device_id", "=", deviceId)
				.executeTakeFirstOrThrow();
			return row.making ?? undefined;
		},

		async hasRoom({ accountId, deviceId, atMost }) {
			const rows = db.selectFrom("devices").where("account_id", "=", accountId);
			const known = await rows.select("device_id").where("device_id", "=", deviceId).executeTakeFirst();
			if (known !== undefined) return true;
			const { count } = await rows
				.select(db.fn.countAll<number | bigint>().as("count"))
				.executeTakeFirstOrThrow();
			return Number(count) < atMost;
		},

		async finish({ accountId, deviceId, making }) {
			await db
				.updateTable("devices")
				.set({ making: null })
				.where("account_id", "=", accountId)
				.where("device_id", "=", deviceId)
				.where("making", "=", making)
				.execute();
		},

		async forget({ accountId, deviceId, making }) {
			await db
				.deleteFrom("devices")
				.where("account_id", "=", accountId)
				.where("device_id", "=", deviceId)
				.where("making", "=", making)
				.execute();
		},
	};
}
