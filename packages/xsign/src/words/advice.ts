import type { IdentityStatus } from "@countersign/client";

/** What to type after `status`, the mildest that helps. */
export const adviceWords = {
	nothing: [],
	"set-up": ["Set up an identity:  xsign setup"],
	restore: ["With the recovery key:  xsign restore"],
	"verify-with-another-device": ["With another device at hand:  xsign verify"],
	reset: ["It cannot be had any more. Make a new one:  xsign reset"],
} as const satisfies Record<IdentityStatus["advice"], readonly string[]>;
