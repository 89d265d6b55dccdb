import { askedProof } from "./without-openid.ts";

/**
 * How recent the person's proof has to be for what the app asked: after the request for `prompt=login`, at most
 * `max_age` seconds before it otherwise. Undefined when the app did not ask.
 * @see https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
 */
export function proofNeededSince(
	params: Readonly<Record<string, unknown>>,
	startedAt: number,
): number | undefined {
	if (typeof params.prompt === "string" && params.prompt.split(" ").includes("login")) return startedAt;
	const asked = askedProof(params);
	if (asked.maxAge === undefined) return undefined;
	const maxAge = Number(asked.maxAge);
	return Number.isSafeInteger(maxAge) && maxAge >= 0 ? startedAt - maxAge * 1000 : startedAt;
}
