import { timingSafeEqual } from "node:crypto";
import type { Transactions } from "@countersign/core";
import type { Random } from "../config/ports.ts";
import { bearerIn } from "../http/index.ts";

interface SecretUnit {
	readonly settings: { getOrKeep(name: string, value: string): Promise<string> };
}

/** The secret that homeservers present: made at the first start, the same ever after. */
export function introspectionSecret(storage: Transactions<SecretUnit>, random: Random): Promise<string> {
	return storage.write((unit) => unit.settings.getOrKeep("introspection-secret", random.token(32)));
}

/**
 * Whether an `Authorization` header carries the secret. The time it takes tells nothing of the secret's text; its
 * length is the same everywhere.
 */
export function createSecretCheck(secret: string): (authorization: string | undefined) => boolean {
	const wanted = Buffer.from(secret);
	const presented = Buffer.alloc(wanted.length);
	return (authorization) => {
		const text = bearerIn(authorization);
		if (text === undefined || Buffer.byteLength(text) !== wanted.length) return false;
		presented.write(text);
		return timingSafeEqual(presented, wanted);
	};
}
