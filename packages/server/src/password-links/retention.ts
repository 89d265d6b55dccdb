import type { Retention } from "../jobs/ports.ts";
import type { LinksCleanUp, RecoveryCleanUp } from "./ports.ts";

export const passwordLinksRetention: Retention<LinksCleanUp & RecoveryCleanUp> = {
	ends: [
		{
			...{ what: "password links", table: "password_links", keptMs: 0 },
			delete: ({ passwordLinks }, { before }) => passwordLinks.deleteExpired(before),
		},
		{
			...{ what: "forgotten passwords", table: "recovery_askings", keptMs: 3_600_000 },
			delete: ({ recovery }, { before }) => recovery.deleteBefore(before),
		},
	],
	stays: {},
};
