import type { Retention } from "../jobs/ports.ts";
import type { AddressCleanUp } from "./ports.ts";

export const identifiersRetention: Retention<AddressCleanUp> = {
	ends: [
		{
			...{ what: "codes for addresses", table: "address_codes", keptMs: 0 },
			delete: ({ addresses }, { before }) => addresses.deleteExpiredCodes(before),
		},
	],
	stays: { account_emails: "addresses of people: until they remove them or close the account" },
};
