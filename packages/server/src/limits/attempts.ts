import { hash } from "node:crypto";
import { type RateLimiterAbstract, RateLimiterRes } from "rate-limiter-flexible";
import type { NewRateLimiter } from "./ports.ts";

type Allowance =
	| { readonly ok: true }
	| { readonly ok: false; readonly reason: "throttled"; readonly retryAfterMs: number };

/** Counts attempts before their outcome is known, so that many at once get no further than one after another. */
export interface Attempts<Who> {
	/** Takes one attempt. What was refused costs nothing. */
	take(who: Who): Promise<Allowance>;
	/** Puts an attempt back that turned out to be none. */
	giveBack(who: Who): Promise<void>;
}

/** So many attempts within so many seconds of the first. What has one name is one count, at every server of one database. */
export interface Limit {
	readonly name: string;
	readonly points: number;
	readonly seconds: number;
}

/** Counts under this limit, each under a key. */
interface Count {
	take(key: string): Promise<Allowance>;
	giveBack(key: string): Promise<void>;
}

export function createCount({ name, points, seconds }: Limit, newRateLimiter: NewRateLimiter): Count {
	const limiter = newRateLimiter({ keyPrefix: name, points, duration: seconds });
	return {
		take: (key) => consume(limiter, digest(key)),
		async giveBack(key) {
			await limiter.reward(digest(key));
		},
	};
}

/** A count, and the key that is counted there. */
export type Counted = readonly [Count, string];

/** Attempts that are counted under several keys: all of them allow it, or none counts it. */
export function createAttempts<Who>(
	/** In the order in which they are asked: the first keeps the others from being filled with keys that somebody makes up. */
	countsOf: (who: Who) => readonly Counted[],
): Attempts<Who> {
	return {
		async take(who) {
			const taken: Counted[] = [];
			for (const [count, key] of countsOf(who)) {
				const allowance = await count.take(key);
				if (!allowance.ok) {
					await Promise.all(taken.map(([earlier, its]) => earlier.giveBack(its)));
					return allowance;
				}
				taken.push([count, key]);
			}
			return { ok: true };
		},
		async giveBack(who) {
			await Promise.all(countsOf(who).map(([count, key]) => count.giveBack(key)));
		},
	};
}

/** What is typed into a name field may be a password; counts may be kept where others see them. */
function digest(key: string): string {
	return hash("sha256", key, "base64url");
}

async function consume(limiter: RateLimiterAbstract, key: string): Promise<Allowance> {
	try {
		await limiter.consume(key);
		return { ok: true };
	} catch (refusal) {
		if (!(refusal instanceof RateLimiterRes)) throw refusal;
		return { ok: false, reason: "throttled", retryAfterMs: Math.max(1000, refusal.msBeforeNext) };
	}
}
