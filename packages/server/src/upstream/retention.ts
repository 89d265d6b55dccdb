import type { Retention } from "../jobs/ports.ts";
import type { UpstreamCleanUp } from "./ports.ts";

export const upstreamRetention: Retention<UpstreamCleanUp> = {
	ends: [
		{
			...{ what: "sign-ins elsewhere", table: "upstream_sign_ins", keptMs: 0 },
			delete: ({ upstreamSignIns }, { before }) => upstreamSignIns.deleteExpired(before),
		},
		{
			...{ what: "people from elsewhere", table: "upstream_arrivals", keptMs: 0 },
			delete: ({ upstreamArrivals }, { before }) => upstreamArrivals.deleteExpired(before),
		},
		{
			...{ what: "stays elsewhere", table: "upstream_stays", keptMs: 0 },
			delete: ({ upstreamStays }, { before }) => upstreamStays.deleteExpired(before),
		},
		{
			...{ what: "ends of stays elsewhere", table: "upstream_ends", keptMs: 0 },
			delete: ({ upstreamEnds }, { before }) => upstreamEnds.deleteExpired(before),
		},
	],
	stays: {
		account_links:
			"whom another service knows a person as: until it is unlinked; of a closed account too, so that who was sent away there is not let in under another name",
	},
};
