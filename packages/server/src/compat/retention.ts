import type { Retention } from "../jobs/ports.ts";
import type { CompatCleanUp } from "./ports.ts";

export const compatRetention: Retention<CompatCleanUp> = {
	ends: [
		{
			...{ what: "sign-ins by browser", table: "sso_requests", keptMs: 0 },
			delete: ({ ssoRequests }, { before }) => ssoRequests.deleteExpired(before),
		},
	],
	stays: {},
};
