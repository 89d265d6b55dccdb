import { hash, timingSafeEqual } from "node:crypto";
import type { Transactions } from "@countersign/core";
import type { Random } from "../config/ports.ts";

interface SecretUnit {
	readonly settings: { getOrKeep(name: string, value: string): Promise<string> };
}

/** The secret that homeservers present: made at the first start, the same ever after. */
export function introspectionSecret(storage: Transactions<SecretUnit>, random: Random): Promise<string> {
	return storage.write((unit) => unit.settings.getOrKeep("introspection-secret", random.token(32)));
}

/**
 * Whether an `Authorization` header carries the secret. Both sides are hashed before they are compared, so that the
 * time it takes tells neither the secret's text nor its length.
 */
export function createSecretCheck(secret: string): (authorization: string | undefined) => boolean {
	const wanted = sha256(secret);
	return (authorization) => {
		const presented = /^bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
		return presented !== undefined && timingSafeEqual(sha256(presented), wanted);
	};
}

function sha256(text: string): Buffer {
	return hash("sha256", text, "buffer");
}
