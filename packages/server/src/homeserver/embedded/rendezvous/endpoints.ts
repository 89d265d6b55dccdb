import type { Transactions } from "@countersign/core";
import type { Clock, Random } from "../../../config/ports.ts";
import type { NewRateLimiter } from "../../../limits/index.ts";
import type { Endpoint } from "../endpoint.ts";
import { createAdmission } from "./admission.ts";
import { jsonEndpoints } from "./json.ts";
import { createPlaces } from "./places.ts";
import { plainTextEndpoints } from "./plain-text.ts";
import type { RendezvousUnit } from "./ports.ts";

/** Where the two devices of a sign-in by QR code meet, in both forms that apps speak. */
export function rendezvousEndpoints(deps: {
	readonly storage: Transactions<RendezvousUnit>;
	readonly newRateLimiter: NewRateLimiter;
	/** With a trailing slash. */
	readonly publicBase: string;
	readonly clock: Clock;
	readonly random: Random;
}): Endpoint[] {
	const both = { places: createPlaces(deps), admission: createAdmission(deps.newRateLimiter) };
	return [
		...plainTextEndpoints({ ...both, publicBase: deps.publicBase }),
		...jsonEndpoints({ ...both, clock: deps.clock }),
	];
}
