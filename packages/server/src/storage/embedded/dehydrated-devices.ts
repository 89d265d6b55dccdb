import type { Kysely } from "kysely";
import type { DehydratedDevices } from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";
import { objectFrom } from "./json-text.ts";

export function createDehydratedDevices(db: Kysely<Database>): DehydratedDevices {
	return {
		async find(accountId) {
			const row = await db
				.selectFrom("dehydrated_devices")
				.select(["device_id", "data"])
				.where("account_id", "=", accountId)
				.executeTakeFirst();
			return row && { accountId, deviceId: row.device_id, data: objectFrom(row.data) };
		},

		async put({ accountId, deviceId, data }) {
			const row = { device_id: deviceId, data: JSON.stringify(data) };
			await db
				.insertInto("dehydrated_devices")
				.values({ account_id: accountId, ...row })
				.onConflict((conflict) => conflict.column("account_id").doUpdateSet(row))
				.execute();
		},
	};
}
