import type { Retention } from "../jobs/ports.ts";
import type { AuthorizationCleanUp } from "./ports.ts";

const day = 24 * 3_600_000;

export const authorizationRetention: Retention<AuthorizationCleanUp> = {
	ends: [
		{
			...{ what: "codes", table: "engine_records", keptMs: day },
			delete: ({ engineRecords }, { before }) => engineRecords.deleteExpired("AuthorizationCode", before),
		},
		{
			...{ what: "interactions", table: "engine_records", keptMs: 0 },
			delete: ({ engineRecords }, { before }) => engineRecords.deleteExpired("Interaction", before),
		},
		{
			...{ what: "device authorizations", table: "device_authorizations", keptMs: day },
			delete: ({ deviceAuthorizations }, { before }) => deviceAuthorizations.deleteExpired(before),
		},
		{
			...{ what: "clients", table: "clients", keptMs: day },
			slice: ({ slices }, range) => slices.end("clients", range),
			delete: ({ clients }, { before, since }) => clients.deleteUnused(before, since),
		},
	],
	stays: {},
};
