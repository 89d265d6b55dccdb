import { exportJWK, generateKeyPair, type JWK } from "jose";
import type { AuthorizationStorage } from "./ports.ts";

/** For `id_token` only: tokens are opaque. A P-256 key is made in a millisecond, an RSA key would delay the first start. */
export const signingAlgorithm = "ES256";

/**
 * The installation's signing key, made at the first start and kept. Of two processes that start at once the first
 * to write decides for both.
 */
export async function loadSigningKey(storage: AuthorizationStorage): Promise<JWK> {
	const made = await makeKey();
	const kept = await storage.write((unit) => unit.settings.getOrKeep("signing-key", JSON.stringify(made)));
	return JSON.parse(kept) as JWK;
}

async function makeKey(): Promise<JWK> {
	const { privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true });
	return { ...(await exportJWK(privateKey)), alg: signingAlgorithm, use: "sig", kid: crypto.randomUUID() };
}
