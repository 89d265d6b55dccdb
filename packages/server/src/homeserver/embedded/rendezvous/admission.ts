import { errcodes } from "@countersign/protocol";
import { createAddressAttempts, type NewRateLimiter } from "../../../limits/index.ts";
import { limitExceeded, matrixError } from "../../../matrix-api/index.ts";
import type { Visit } from "../endpoint.ts";

/** By address: a sign-in needs one place and some four writes. Readers poll, cost little, and have to know an id. */
const opened = { name: "rendezvous", points: 20, seconds: 300 };
const written = { name: "rendezvous writes", points: 120, seconds: 60 };

/** Who may do what, as far as that can be said of strangers. Each gives the refusal, or undefined. */
export interface Admission {
	toOpen(visit: Visit): Promise<Response | undefined>;
	toWrite(visit: Visit): Promise<Response | undefined>;
}

export function createAdmission(newRateLimiter: NewRateLimiter): Admission {
	const counted = (limit: typeof opened) => {
		const attempts = createAddressAttempts(limit, newRateLimiter);
		return async ({ address }: Visit) => {
			const allowance = await attempts.take(address);
			return allowance.ok
				? undefined
				: limitExceeded("Too many requests from this address", allowance.retryAfterMs);
		};
	};
	return { toOpen: counted(opened), toWrite: counted(written) };
}

/** How long those are told to wait who find no place: by then many have expired. */
const fullWaitMs = 60_000;

export function full(): Response {
	return limitExceeded("Too many devices are signing in at the moment", fullWaitMs);
}

export function notFound(): Response {
	return matrixError(404, errcodes.notFound, "Nobody meets here, or no longer");
}

/**
 * What strangers wrote is for programs that fetch it, not for a browser to show as a page of this site. Browsers say
 * which of the two it is; a request that says nothing comes from an app.
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function refusePage({ headers }: Request): Response | undefined {
	const [destination, mode] = [headers.get("sec-fetch-dest"), headers.get("sec-fetch-mode")];
	return mode === "navigate" || (destination !== null && destination !== "empty")
		? matrixError(403, errcodes.forbidden, "This is not a page")
		: undefined;
}
