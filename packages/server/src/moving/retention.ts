import type { Retention } from "../jobs/ports.ts";

export const movingRetention: Retention<unknown> = {
	ends: [],
	stays: {
		moved_accounts: "who moved in, and what was last copied of them",
		moved_extras: "sign-in services of MAS, for when they do something here",
	},
};
