import type { NameFault } from "../people/index.ts";
import {
	type NewPasswordRefusal,
	type PasskeyRefusal,
	type PasswordRefusal,
	type ProofRefusal,
	passwordLimits,
} from "../proofs/index.ts";
import { duration, say, type Text } from "../words/index.ts";

/** Refusals of a password in words, the same wherever one is asked for. They give nothing away to a stranger. */
export function passwordRefusal(refusal: PasswordRefusal): Text {
	switch (refusal.reason) {
		case "wrong":
			return say("password.wrong");
		case "locked":
			return say("password.locked");
		case "throttled":
			return throttled(refusal.retryAfterMs);
	}
}

/** Why the page asks for a proof again. */
export function proofRefusal(
	refusal: Exclude<ProofRefusal, { reason: "signed-out" | "factor-demanded" | "elsewhere" }>,
	field: string,
) {
	if (refusal.reason === "missing")
		return { field, text: say("password.enter-to-go-on"), options: { status: 400 } };
	if (refusal.reason === "second-factor")
		return { field: "code", text: say("proofs.password-is-not-enough"), options: { status: 403 } };
	if (refusal.reason === "code-wrong")
		return { field: "code", text: say("codes.refused"), options: { status: 403 } };
	if ("retryAfterMs" in refusal || refusal.reason === "wrong" || refusal.reason === "locked")
		return { field, text: passwordRefusal(refusal), options: refusalOptions(refusal) };
	return { field: "passkey", text: passkeyRefusal[refusal.reason], options: { status: 403 } };
}

/** Why a passkey is not taken. */
export const passkeyRefusal = {
	"passkey-wrong": say("proofs.passkey-wrong"),
	"passkey-late": say("proofs.passkey-late"),
	"passkey-copied": say("proofs.passkey-copied"),
} as const satisfies Record<Exclude<PasskeyRefusal["reason"], "throttled">, Text>;

/** A user id of another server was typed. */
export function elsewhere(serverName: string): Text {
	return say("sign-in.elsewhere", { server: serverName });
}

export function throttled(retryAfterMs: number): Text {
	return say("problems.throttled", { time: duration(retryAfterMs) });
}

/** Why a new password is not taken. */
export const newPasswordRefusal = {
	"password-too-short": say("password.too-short", { least: passwordLimits.minCharacters }),
	"password-too-long": say("password.too-long", { most: passwordLimits.maxBytes }),
	"password-common": say("password.common"),
	"password-personal": say("password.personal"),
} as const satisfies Record<NewPasswordRefusal, Text>;

/** Why a name is not taken for somebody new. */
export const nameRefusal = {
	empty: say("register.name-empty"),
	characters: say("register.name-characters"),
	underscore: say("register.name-underscore"),
	digits: say("register.name-digits"),
	"too-long": say("register.name-too-long"),
	"refused-there": say("register.name-refused-there"),
	"kept-there": say("register.name-kept-there"),
} as const satisfies Record<NameFault, Text>;

/** Status and headers of an answer that refuses a password. */
export function refusalOptions(refusal: PasswordRefusal) {
	return refusal.reason === "throttled" ? throttledOptions(refusal.retryAfterMs) : { status: 403 };
}

/** Of a page that asks to try again because the homeserver does not answer. */
export const unavailableOptions = { status: 503, headers: { "retry-after": "10" } } as const;

export function throttledOptions(retryAfterMs: number) {
	return { status: 429, headers: { "retry-after": String(Math.ceil(retryAfterMs / 1000)) } };
}
