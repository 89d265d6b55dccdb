import type { Kysely } from "kysely";
import type { AuthorizationCleanUp, ClientMetadata, ClientRecord, Clients } from "../authorization/ports.ts";
import type { TokenNames } from "../sessions/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { ClientsTable, Database } from "./database.ts";
import { anyText, type Lookup } from "./prepared.ts";

type ClientRow = readonly [id: string, metadata: string, createdAt: number, lastUsedAt: number];

/** Registered clients, their metadata as one JSON text. */
export function createClients(
	db: Kysely<Database>,
	lookup: Lookup,
): Clients & TokenNames & AuthorizationCleanUp["clients"] {
	return {
		find: lookup(
			db
				.selectFrom("clients")
				.select(["id", "metadata", "created_at", "last_used_at"])
				.where("id", "=", anyText)
				.compile(),
			([id, metadata, created_at, lastUsedAt]: ClientRow) => ({
				...toClient({ id, metadata, created_at }),
				lastUsedAt,
			}),
		),

		async register(client) {
			const row = await db
				.insertInto("clients")
				.values({
					id: client.id,
					metadata: JSON.stringify(client.metadata),
					created_at: client.createdAt,
					last_used_at: client.createdAt,
				})
				.onConflict((conflict) =>
					conflict.column("id").doUpdateSet((set) => ({ last_used_at: set.ref("excluded.last_used_at") })),
				)
				.returningAll()
				.executeTakeFirstOrThrow();
			return toClient(row);
		},

		async registerFirst({ id, metadata, createdAt }) {
			const row = await db
				.insertInto("clients")
				.values({ id, metadata: JSON.stringify(metadata), created_at: createdAt, last_used_at: createdAt })
				.onConflict((conflict) => conflict.column("id").doNothing())
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async deleteUnused(before, since) {
			const deleted = await db
				.deleteFrom("clients")
				.where("id", "in", (rows) =>
					rows
						.selectFrom("clients")
						.select("clients.id")
						.where("last_used_at", ">=", since)
						.where("last_used_at", "<", before)
						.where(({ not, exists, selectFrom }) =>
							not(
								exists(
									selectFrom("sessions")
										.select("sessions.id")
										.whereRef("sessions.client_id", "=", "clients.id"),
								),
							),
						)
						.where(({ not, exists, selectFrom }) =>
							not(
								exists(
									selectFrom("device_authorizations")
										.select("device_code_hash")
										.whereRef("device_authorizations.client_id", "=", "clients.id"),
								),
							),
						)
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(deleted.numDeletedRows);
		},
	};
}

function toClient(row: Pick<ClientsTable, "id" | "metadata" | "created_at">): ClientRecord {
	// Written by this folder alone, from metadata that passed every check of registration.
	return {
		id: row.id,
		metadata: JSON.parse(row.metadata) as ClientMetadata,
		createdAt: row.created_at,
	};
}
