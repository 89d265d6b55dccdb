import type { Retention } from "../jobs/ports.ts";
import type { PeopleCleanUp } from "./ports.ts";

export const peopleRetention: Retention<PeopleCleanUp> = {
	ends: [
		{
			...{ what: "browser sessions", table: "browser_sessions", keptMs: 0 },
			delete: ({ browserSessions }, { before }) => browserSessions.deleteExpired(before),
		},
	],
	stays: {
		accounts: "nobody else may become @alice after Alice",
		agreed_terms: "with the account: what its person agreed to, and when",
	},
};
