import type { Kysely } from "kysely";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";

/**
 * A sign-in makes its device before its session; one that breaks off in between leaves the device. One that is kept for
 * the next sign-in stays, and so does the dehydrated device, which never has a session.
 */
export function unheldDevices(db: Kysely<Database>, before: number, since: number) {
	return db
		.selectFrom("devices")
		.select(["account_id", "device_id"])
		.where("created_at", ">=", since)
		.where("created_at", "<", before)
		.where(({ not, exists, selectFrom }) =>
			not(
				exists(
					selectFrom("sessions")
						.select("sessions.id")
						.whereRef("sessions.account_id", "=", "devices.account_id")
						.whereRef("sessions.device_id", "=", "devices.device_id")
						.where((is) =>
							is.or([is("sessions.ended_at", "is", null), is("sessions.device_kept_until", "is not", null)]),
						),
				),
			),
		)
		.where(({ not, exists, selectFrom }) =>
			not(
				exists(
					selectFrom("dehydrated_devices")
						.select("dehydrated_devices.device_id")
						.whereRef("dehydrated_devices.account_id", "=", "devices.account_id")
						.whereRef("dehydrated_devices.device_id", "=", "devices.device_id"),
				),
			),
		)
		.limit(rowsPerBatch)
		.execute();
}
