import type { Kysely } from "kysely";
import type { KeptDevices, SessionsCleanUp } from "../sessions/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";
import { isNamed } from "./session-scope.ts";
import { deviceSessions } from "./sessions.ts";

const given = ["id", "account_id as accountId"] as const;

/** Devices that outlive their session: a time in the row of the session that ended. */
export function createKeptDevices(db: Kysely<Database>): KeptDevices & SessionsCleanUp["keptDevices"] {
	const release = () =>
		db
			.updateTable("sessions")
			.set({ device_kept_until: null })
			.where("device_kept_until", "is not", null)
			.returning(given)
			.returning((is) => is.ref("device_id").$notNull().as("deviceId"));
	return {
		async keep(sessionId, until) {
			await db
				.updateTable("sessions")
				.set({ device_kept_until: until })
				.where("id", "=", sessionId)
				.where("ended_at", "is not", null)
				.execute();
		},

		release: (which) => release().where(isNamed(which)).execute(),

		releaseOver: (before) =>
			release()
				.where("id", "in", (some) =>
					some
						.selectFrom("sessions")
						.select("id")
						.where("device_kept_until", "<", before)
						.limit(rowsPerBatch),
				)
				.execute(),

		of: ({ accountId, deviceId }) =>
			deviceSessions(db)
				.where("sessions.account_id", "=", accountId)
				.$call((q) => (deviceId === undefined ? q : q.where("sessions.device_id", "=", deviceId)))
				.where("sessions.device_kept_until", "is not", null)
				.select((is) => is.ref("sessions.device_kept_until").$notNull().as("keptUntil"))
				.orderBy("sessions.device_kept_until", "desc")
				.orderBy("sessions.id")
				.execute(),
	};
}
