import type { Retention } from "../jobs/ports.ts";
import type { UploadsCleanUp } from "./ports.ts";

const day = 24 * 3_600_000;

export const uploadsRetention: Retention<UploadsCleanUp> = {
	ends: [
		{
			...{ what: "identity requests nobody decided", table: "reset_requests", keptMs: day },
			delete: ({ requests }, { before }) => requests.deleteUndecided(before),
		},
		{
			...{ what: "identity requests", table: "reset_requests", keptMs: 30 * day },
			delete: ({ requests }, { before }) => requests.deleteEnded(before),
		},
	],
	stays: {},
};
