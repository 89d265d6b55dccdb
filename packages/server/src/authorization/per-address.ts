import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { networkOf } from "../people/index.ts";

/** Counts a request from an address. Undefined when it may go on, else the milliseconds it has to wait. */
export type PerAddress = (address: string) => Promise<number | undefined>;

/** So many requests a minute from each address; what is above costs no more than this look. Kept in memory. */
export function createPerAddress(perMinute: number): PerAddress {
	const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
	return async (address) => {
		try {
			await limiter.consume(networkOf(address));
			return undefined;
		} catch (limited) {
			if (limited instanceof RateLimiterRes) return limited.msBeforeNext;
			throw limited;
		}
	};
}
