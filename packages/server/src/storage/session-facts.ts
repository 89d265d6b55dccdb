import type { Kysely } from "kysely";
import type { SessionFacts } from "../account/ports.ts";
import type { ClientMetadata } from "../authorization/ports.ts";
import type { Database } from "./database.ts";

/** A session with its client and, while it exists, its device. */
export function createSessionFacts(db: Kysely<Database>): SessionFacts {
	return {
		async find(sessionId) {
			const row = await db
				.selectFrom("sessions")
				.innerJoin("clients", "clients.id", "sessions.client_id")
				.leftJoin("devices", (on) =>
					on
						.onRef("devices.account_id", "=", "sessions.account_id")
						.onRef("devices.device_id", "=", "sessions.device_id"),
				)
				.select([
					"sessions.device_id",
					"sessions.created_at",
					"sessions.signed_in_address",
					"sessions.ended_at",
					"clients.metadata",
					"devices.display_name",
				])
				.where("sessions.id", "=", sessionId)
				.executeTakeFirst();
			if (row === undefined) return undefined;
			// Written by this folder alone, from metadata that passed every check of registration.
			const client = JSON.parse(row.metadata) as Partial<ClientMetadata>;
			return {
				deviceId: row.device_id,
				createdAt: row.created_at,
				ended: row.ended_at !== null,
				// The client that stands for apps of the older login API has none.
				...(client.client_uri !== undefined && { clientUri: client.client_uri }),
				...(client.client_name !== undefined && { clientName: client.client_name }),
				...(row.display_name !== null && { deviceName: row.display_name }),
				...(row.signed_in_address !== null && { signedInAddress: row.signed_in_address }),
			};
		},
	};
}
