import { hash } from "node:crypto";
import { isIPv6 } from "node:net";
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { NewRateLimiter } from "./ports.ts";

export type Allowance =
	| { readonly ok: true }
	| { readonly ok: false; readonly reason: "throttled"; readonly retryAfterMs: number };

/** Counts attempts before their outcome is known, so that many at once get no further than one after another. */
export interface PasswordLimiter {
	/** Takes one attempt. What was refused costs nothing. */
	attempt(who: Attempt): Promise<Allowance>;
	/** The password was right: the attempt is given back. */
	succeeded(who: Attempt): Promise<void>;
}

interface Attempt {
	/** The name typed, whether or not it exists: strangers to this server are counted alike. */
	readonly localpart: string;
	readonly address: string;
}

/**
 * Per person and address against impatience, per person against guessing from many addresses, per address against
 * trying one password on many people. By default kept in memory: a restart forgets.
 */
export function createPasswordLimiter(newRateLimiter = inMemory): PasswordLimiter {
	const narrow = newRateLimiter({ keyPrefix: "pair", points: 5, duration: 60 });
	const person = newRateLimiter({ keyPrefix: "person", points: 50, duration: 3600 });
	const place = newRateLimiter({ keyPrefix: "place", points: 60, duration: 60 });
	const keysOf = ({ localpart, address }: Attempt) =>
		[
			// First, so that one address cannot fill the memory with names it makes up.
			[place, digest(networkOf(address))],
			[narrow, digest(`${networkOf(address)} ${localpart}`)],
			[person, digest(localpart)],
		] as const;
	return {
		async attempt(who) {
			const taken = [];
			for (const [limiter, key] of keysOf(who)) {
				const allowance = await take(limiter, key);
				if (!allowance.ok) {
					await Promise.all(taken.map(([earlier, its]) => earlier.reward(its)));
					return allowance;
				}
				taken.push([limiter, key] as const);
			}
			return { ok: true };
		},
		async succeeded(who) {
			await Promise.all(keysOf(who).map(([limiter, key]) => limiter.reward(key)));
		},
	};
}

/** New accounts from one address: 300 an hour. */
export function createRegistrationLimiter(
	newRateLimiter = inMemory,
): (address: string) => Promise<Allowance> {
	return createAddressLimiter({ name: "register", points: 300, seconds: 3600 }, newRateLimiter).take;
}

export interface AddressLimiter {
	/** Takes one attempt. What was refused costs nothing. */
	take(address: string): Promise<Allowance>;
	/** Puts an attempt back that turned out to be none. */
	giveBack(address: string): Promise<void>;
}

/** So many attempts from one address within so many seconds of the first. By default kept in memory: a restart forgets. */
export function createAddressLimiter(
	limit: { readonly name: string; readonly points: number; readonly seconds: number },
	newRateLimiter = inMemory,
): AddressLimiter {
	const { name: keyPrefix, points, seconds: duration } = limit;
	const place = newRateLimiter({ keyPrefix, points, duration });
	return {
		take: (address) => take(place, digest(networkOf(address))),
		async giveBack(address) {
			await place.reward(digest(networkOf(address)));
		},
	};
}

const inMemory: NewRateLimiter = (limit) => new RateLimiterMemory(limit);

/** What is typed into a name field may be a password; counts may be kept where others see them. */
function digest(key: string): string {
	return hash("sha256", key, "base64url");
}

async function take(limiter: RateLimiterAbstract, key: string): Promise<Allowance> {
	try {
		await limiter.consume(key);
		return { ok: true };
	} catch (refusal) {
		if (!(refusal instanceof RateLimiterRes)) throw refusal;
		return { ok: false, reason: "throttled", retryAfterMs: Math.max(1000, refusal.msBeforeNext) };
	}
}

/** One subscriber of an IPv6 provider has a /64 of addresses to choose from; they count as one. */
function networkOf(address: string): string {
	if (!isIPv6(address)) return address;
	const [head = "", tail] = (address.split("%", 1)[0] ?? "").split("::");
	const front = head === "" ? [] : head.split(":");
	const back = tail === undefined || tail === "" ? [] : tail.split(":");
	const gap = tail === undefined ? 0 : 8 - front.length - back.length;
	const groups = [...front, ...Array.from({ length: gap }, () => "0"), ...back];
	return `${groups
		.slice(0, 4)
		.map((group) => Number.parseInt(group, 16).toString(16))
		.join(":")}::/64`;
}
