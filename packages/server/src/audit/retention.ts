import type { Retention } from "../jobs/ports.ts";
import type { AuditCleanUp } from "./ports.ts";

const day = 24 * 3_600_000;

export const auditRetention: Retention<AuditCleanUp> = {
	ends: [
		{
			...{ what: "security log", table: "security_events", keptMs: 365 * day },
			delete: ({ events }, { before }) => events.deleteBefore(before),
		},
	],
	stays: {},
};
