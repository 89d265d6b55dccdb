import { timingSafeEqual } from "node:crypto";
import Provider, { errors } from "oidc-provider";
import { clientAddressOf } from "../http/index.ts";
import { createAddressAttempts, type NewRateLimiter } from "../limits/index.ts";
import { recordHash } from "./adapter.ts";

/**
 * Wrong ones, by address and for all clients together: the secret of an app that came from MAS may be one that somebody
 * chose. Not by client: whoever knows its id, which stands in addresses of sign-ins, would shut it out.
 */
const wrongSecrets = { name: "client secrets", points: 60, seconds: 600 } as const;

/**
 * Has the engine compare hashes: of the secrets of clients nothing else is kept. They have as much entropy as MAS made
 * them with, or as the operator chose for their own apps. Each is counted before it is compared, and given back if right.
 */
export function compareSecretHashes({ Client }: Provider, newRateLimiter: NewRateLimiter): void {
	const attempts = createAddressAttempts(wrongSecrets, newRateLimiter);
	Client.prototype.compareClientSecret = async function (presented: string) {
		const { ctx } = Provider;
		const address = ctx === undefined ? "" : clientAddressOf(ctx.req);
		const allowance = await attempts.take(address);
		if (!allowance.ok) {
			ctx?.set("Retry-After", String(Math.ceil(allowance.retryAfterMs / 1000)));
			throw new TooManySecrets();
		}
		const [known, given] = [Buffer.from(this.clientSecret ?? ""), Buffer.from(recordHash(presented))];
		const isRight = known.length === given.length && timingSafeEqual(known, given);
		if (isRight) await attempts.giveBack(address);
		return isRight;
	};
}

class TooManySecrets extends errors.CustomOIDCProviderError {
	override readonly status = 429;
	override readonly statusCode = 429;
	constructor() {
		super(
			"temporarily_unavailable",
			"Too many wrong client secrets came from this address. Try again later.",
		);
	}
}
