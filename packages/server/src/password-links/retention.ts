import type { Retention } from "../jobs/ports.ts";
import type { LinksCleanUp } from "./ports.ts";

export const passwordLinksRetention: Retention<LinksCleanUp> = {
	ends: [
		{
			...{ what: "password links", table: "password_links", keptMs: 0 },
			delete: ({ passwordLinks }, { before }) => passwordLinks.deleteExpired(before),
		},
	],
	stays: {},
};
