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
 * Compares what an app shows with the hash that is kept of its secret: nothing else is. They have as much entropy as MAS
 * made them with, or as the operator chose for their own apps. Each is counted before it is compared, and given back if
 * right, by one count for every endpoint.
 */
export interface ClientSecrets {
	/** From this address. */
	compare(
		presented: string,
		known: string | undefined,
		address: string,
	): Promise<
		{ readonly ok: true; readonly isRight: boolean } | { readonly ok: false; readonly retryAfterMs: number }
	>;
}

export const tooManySecrets = "Too many wrong client secrets came from this address. Try again later.";

export function createClientSecrets(newRateLimiter: NewRateLimiter): ClientSecrets {
	const attempts = createAddressAttempts(wrongSecrets, newRateLimiter);
	return {
		async compare(presented, known = "", address) {
			const allowance = await attempts.take(address);
			if (!allowance.ok) return allowance;
			const [ours, given] = [Buffer.from(known), Buffer.from(recordHash(presented))];
			const isRight = ours.length === given.length && timingSafeEqual(ours, given);
			if (isRight) await attempts.giveBack(address);
			return { ok: true, isRight };
		},
	};
}

/** Has the engine compare hashes: what it takes for the secret of a client is the hash. */
export function compareSecretHashes({ Client }: Provider, secrets: ClientSecrets): void {
	Client.prototype.compareClientSecret = async function (presented: string) {
		const { ctx } = Provider;
		const address = ctx === undefined ? "" : clientAddressOf(ctx.req);
		const compared = await secrets.compare(presented, this.clientSecret, address);
		if (compared.ok) return compared.isRight;
		ctx?.set("Retry-After", String(Math.ceil(compared.retryAfterMs / 1000)));
		throw new TooManySecrets();
	};
}

class TooManySecrets extends errors.CustomOIDCProviderError {
	override readonly status = 429;
	override readonly statusCode = 429;
	constructor() {
		super("temporarily_unavailable", tooManySecrets);
	}
}
