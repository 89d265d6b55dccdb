import type { LimitsConfig } from "../config/index.ts";
import type { NewRateLimiter } from "./ports.ts";

interface Settable {
	/** What one address has by default, in the time of the first count. */
	readonly usual: number;
	/** The counts that grow and shrink with it. */
	readonly counts: readonly string[];
}

/**
 * What operators may set: how often one address does what anybody may. What keeps a person's password and codes from
 * being guessed is none of it, whoever asks from wherever.
 */
export const settable: Readonly<Record<keyof LimitsConfig, Settable>> = {
	signInsBegun: { usual: 120, counts: ["authorize", "authorize hour", "sso", "sso hour"] },
	appsRegistered: { usual: 60, counts: ["client", "client day"] },
	devicesAsking: { usual: 60, counts: ["device", "device day"] },
	accountsMade: { usual: 300, counts: ["register", "register day"] },
	passwordsTried: { usual: 60, counts: ["place"] },
	olderLogins: { usual: 120, counts: ["login"] },
};

/** Of the networks around an address: they have four and sixteen times as much. */
const around = / x(?:4|16)$/;

/** The same counts, with as many points as the operator says in proportion to the usual ones. */
export function setLimits(newRateLimiter: NewRateLimiter, set: LimitsConfig = {}): NewRateLimiter {
	return (limit) => {
		const count = limit.keyPrefix.replace(around, "");
		const [name, its] = Object.entries(settable).find(([, { counts }]) => counts.includes(count)) ?? [];
		const wanted = name === undefined ? undefined : set[name as keyof LimitsConfig];
		if (wanted === undefined || its === undefined) return newRateLimiter(limit);
		return newRateLimiter({ ...limit, points: Math.ceil((limit.points * wanted) / its.usual) });
	};
}
