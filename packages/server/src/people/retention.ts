import type { Retention } from "../jobs/ports.ts";
import type { PeopleCleanUp } from "./ports.ts";

export const peopleRetention: Retention<PeopleCleanUp> = {
	ends: [
		{
			...{ what: "browser sessions", table: "browser_sessions", keptMs: 0 },
			delete: ({ browserSessions }, { before }) => browserSessions.deleteExpired(before),
		},
		{
			...{ what: "begun registrations", table: "begun_registrations", keptMs: 0 },
			delete: ({ begunRegistrations }, { before }) => begunRegistrations.deleteExpired(before),
		},
	],
	stays: {
		accounts: "nobody else may become @alice after Alice",
		agreed_terms: "with the account: what its person agreed to, and when",
	},
};
