import { type Attempts, type Counted, createAttempts, createCount, type Limit } from "./attempts.ts";
import { networksOf, shares } from "./networks.ts";
import type { NewRateLimiter } from "./ports.ts";

/** So many attempts from one address within so many seconds of the first; of several limits each has to allow it. */
export function createAddressAttempts(
	limits: Limit | readonly Limit[],
	newRateLimiter: NewRateLimiter,
): Attempts<string> {
	const counts = [limits].flat().map((limit) => createAddressCounts(limit, newRateLimiter));
	return createAttempts((address) => counts.flatMap((countedAt) => countedAt(address)));
}

/** What an attempt from an address is counted under: its network, and those around it. */
export function createAddressCounts(
	{ name, points, seconds }: Limit,
	newRateLimiter: NewRateLimiter,
): (address: string) => readonly Counted[] {
	const counts = shares.map((share) =>
		createCount(
			{ name: share === 1 ? name : `${name} x${share}`, points: points * share, seconds },
			newRateLimiter,
		),
	);
	return (address) =>
		networksOf(address).flatMap(({ key, share }) => {
			const count = counts[shares.indexOf(share)];
			return count === undefined ? [] : [[count, key] as const];
		});
}
