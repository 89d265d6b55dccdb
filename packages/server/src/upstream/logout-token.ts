import { isRecord } from "@countersign/protocol";
import {
	createRemoteJWKSet,
	customFetch,
	decodeJwt,
	errors,
	type JWTPayload,
	type JWTVerifyGetKey,
	jwtVerify,
} from "jose";
import { NoAnswer, type Outbound } from "../outbound/index.ts";
import { fetchBy, timeoutMs } from "./fetch-by.ts";
import { upstreamLifetimes } from "./lifetimes.ts";

export type SignedOutThere =
	| {
			readonly ok: true;
			readonly issuer: string;
			/** Whose, which session, or both: one of them is there. */
			readonly subject?: string;
			readonly sid?: string;
			/** When it was said. */
			readonly at: number;
			/** What this word is known by: it counts once. */
			readonly id: string;
	  }
	/** `detail` is for the log, and says nothing of the person. */
	| { readonly ok: false; readonly reason: "invalid"; readonly detail: string }
	| { readonly ok: false; readonly reason: "unreachable" };

interface Expected {
	readonly issuer: string;
	readonly clientId: string;
	readonly keys: JWTVerifyGetKey;
	/** What the service says that it signs with. Default: RS256. */
	readonly algorithms: readonly string[] | undefined;
	readonly now: number;
}

/** By these alone: who verifies with a key that both know could have signed it. */
const asymmetric = /^(?:RS|PS|ES)(?:256|384|512)$|^(?:EdDSA|Ed25519)$/;

const event = "http://schemas.openid.net/event/backchannel-logout";

/**
 * What a service says of somebody who signed out there. An ID token, or what was said to another client, of another
 * issuer, or long ago, is no such word.
 * @see https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation
 */
export async function readLogoutToken(token: string, expected: Expected): Promise<SignedOutThere> {
	const { issuer, clientId: audience, keys, now } = expected;
	const algorithms = (expected.algorithms ?? ["RS256"]).filter((name) => asymmetric.test(name));
	try {
		// Before keys are asked for: what anybody makes up is no reason to ask somebody else's server.
		const isFitting = mayBeForUs(decodeJwt(token), expected);
		if (!isFitting) return invalid("no word for us, or not of now");
		const { payload, protectedHeader } = await jwtVerify(token, keys, {
			...{ issuer, audience, algorithms, currentDate: new Date(now), requiredClaims: ["iat", "jti"] },
			// Not by the word of the token alone: what was overheard once is not kept to be used.
			...{ maxTokenAge: upstreamLifetimes.wordMs / 1000, clockTolerance: upstreamLifetimes.skewMs / 1000 },
		});
		const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, "");
		// Absent, as much is said by the event; another one is meant for something else.
		if (type !== undefined && type !== "logout+jwt" && type !== "jwt") return invalid(`type ${type}`);
		return wordOf(payload, issuer);
	} catch (error) {
		if (hasNoKeys(error)) return { ok: false, reason: "unreachable" };
		return invalid(error instanceof errors.JOSEError ? error.code : "a key that nobody can check by");
	}
}

/** By what it says of itself; what is signed is looked at afterwards. */
function mayBeForUs(
	{ iss, aud = [], iat = 0, events }: JWTPayload,
	{ issuer, clientId, now }: Expected,
): boolean {
	const isOfNow = Math.abs(now - iat * 1000) <= upstreamLifetimes.wordMs + upstreamLifetimes.skewMs;
	return iss === issuer && [aud].flat().includes(clientId) && isOfNow && isRecord(events);
}

/** What came in their place is no set of keys, or nothing came: that says nothing of the token. */
function hasNoKeys(error: unknown): boolean {
	if (error instanceof NoAnswer || error instanceof errors.JWKSTimeout) return true;
	// A status that is not 200, and what is no JSON, have no code of their own.
	const { code } = errors.JOSEError;
	return error instanceof errors.JWKSInvalid || (error instanceof errors.JOSEError && error.code === code);
}

function wordOf(payload: JWTPayload, issuer: string): SignedOutThere {
	const {
		events,
		sub,
		sid,
		iat = 0,
		jti,
	}: Readonly<Record<string, unknown>> & Pick<JWTPayload, "iat"> = payload;
	if (typeof jti !== "string" || jti === "") return invalid("no id");
	if (!isRecord(events) || !isRecord(events[event])) return invalid("no logout event");
	if ("nonce" in payload) return invalid("a nonce");
	const [subject, session] = [textOf(sub), textOf(sid)];
	if (subject === undefined && session === undefined) return invalid("neither sub nor sid");
	if ((sub !== undefined && subject === undefined) || (sid !== undefined && session === undefined))
		return invalid("sub or sid is no text");
	return {
		...{ ok: true, issuer, at: iat * 1000, id: jti },
		...(subject !== undefined && { subject }),
		...(session !== undefined && { sid: session }),
	};
}

export function textOf(claim: unknown): string | undefined {
	return typeof claim === "string" && claim !== "" && claim.length <= 255 ? claim : undefined;
}

function invalid(detail: string): SignedOutThere {
	return { ok: false, reason: "invalid", detail };
}

/** Its keys, kept for a while: whoever invents the name of a key has them asked for twice a minute at most. */
export function keysAt(url: string, outbound: Pick<Outbound, "request">): JWTVerifyGetKey {
	const ask = fetchBy(outbound);
	return createRemoteJWKSet(new URL(url), {
		...{ cooldownDuration: 30_000, cacheMaxAge: upstreamLifetimes.discoveredMs, timeoutDuration: timeoutMs },
		[customFetch]: (at, { headers }) =>
			ask(at, { method: "GET", headers: Object.fromEntries(headers), body: undefined, redirect: "manual" }),
	});
}
