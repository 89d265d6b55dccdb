import { exportJWK, generateKeyPair, type JWK } from "jose";
import type { AuthorizationStorage } from "./ports.ts";

/** For `id_token` only: tokens are opaque. A P-256 key is made in a millisecond, an RSA key would delay the first start. */
export const signingAlgorithm = "ES256";

/** A key of which it is known by what algorithm it signs. */
export type SigningKey = JWK & { readonly alg: string };

/**
 * The installation's signing key, made at the first start and kept; of two processes that start at once the first to
 * write decides for both. Behind it those that came along with people from MAS, under the ids that apps know.
 */
export async function loadSigningKeys(
	storage: AuthorizationStorage,
): Promise<readonly [SigningKey, ...SigningKey[]]> {
	const made = await makeKey();
	const kept = await storage.write((unit) => unit.settings.getOrKeep("signing-key", JSON.stringify(made)));
	const carried = (await storage.read.settings.get("carried-signing-keys")) ?? "[]";
	return [JSON.parse(kept) as SigningKey, ...(JSON.parse(carried) as SigningKey[])];
}

/** By which algorithms id tokens are signed, the usual one first. */
export function algorithmsOf(keys: readonly SigningKey[]): readonly string[] {
	return [...new Set(keys.map(({ alg }) => alg))];
}

/** The engine names it by its thumbprint (RFC 7638). */
async function makeKey(): Promise<JWK> {
	const { privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true });
	return { ...(await exportJWK(privateKey)), alg: signingAlgorithm, use: "sig" };
}
