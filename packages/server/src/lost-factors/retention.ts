import type { Retention } from "../jobs/ports.ts";
import type { LossCleanUp } from "./ports.ts";

const day = 24 * 3_600_000;

export const lostFactorsRetention: Retention<LossCleanUp> = {
	ends: [
		{
			...{ what: "lost factors", table: "factor_losses", keptMs: 30 * day },
			delete: ({ factorLosses }, { before }) => factorLosses.deleteBefore(before),
		},
	],
	stays: {},
};
