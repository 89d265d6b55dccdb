import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../config/index.ts";

/** Doctor runs on a machine whose clock is right, or says that it is not. */
const longestSeconds = 60;

const form = /^(\d{1,12})\.([\w-]{22})\.([\w-]{43})$/;

/**
 * Shows to the running server that who asks has the secret of the settings, without sending it: the question goes by
 * the public way. Whoever sees one may be told the same for a minute, of their own requests.
 */
export function makeProof(secret: string, clock: Clock): string {
	const claim = `${Math.floor(clock() / 1000)}.${randomBytes(16).toString("base64url")}`;
	return `${claim}.${sign(secret, claim).toString("base64url")}`;
}

export function isProof(
	proof: string,
	{ secret, clock }: { readonly secret: string; readonly clock: Clock },
): boolean {
	const [, at, nonce, signature = ""] = form.exec(proof) ?? [];
	if (at === undefined || Math.abs(clock() / 1000 - Number(at)) > longestSeconds) return false;
	const shown = Buffer.from(signature, "base64url");
	const expected = sign(secret, `${at}.${nonce}`);
	return shown.length === expected.length && timingSafeEqual(shown, expected);
}

function sign(secret: string, claim: string): Buffer {
	const key = Buffer.from(hkdfSync("sha256", secret, "", "countersign doctor", 32));
	return createHmac("sha256", key).update(claim).digest();
}
