import type { Retention } from "../jobs/ports.ts";
import type { ProofsCleanUp } from "./ports.ts";

/** A server whose clock is a little behind still takes the challenge for one that is not over. */
const skewMs = 60_000;

export const proofsRetention: Retention<ProofsCleanUp> = {
	ends: [
		{
			...{ what: "answered challenges", table: "used_challenges", keptMs: skewMs },
			delete: ({ challenges }, { before }) => challenges.deleteExpired(before),
		},
		{
			...{ what: "begun sign-ins", table: "begun_sign_ins", keptMs: 0 },
			delete: ({ begunSignIns }, { before }) => begunSignIns.deleteExpired(before),
		},
	],
	stays: {
		passkeys: "as long as the account, unless its person removes them",
		one_time_codes: "as long as the account, unless its person removes them",
		recovery_codes: "as long as the account, or until new ones are made",
	},
};
