import type { Retention } from "../../jobs/ports.ts";
import type { SynapseCleanUp } from "./ports.ts";

const day = 24 * 3_600_000;

export const synapseRetention: Retention<SynapseCleanUp> = {
	ends: [
		{
			...{ what: "refused tasks", table: "homeserver_tasks", keptMs: 30 * day },
			delete: ({ homeserverTasks }, { before }) => homeserverTasks.deleteRefused(before),
		},
	],
	stays: {},
};
