import { duration } from "../pages/index.ts";
import { type PasswordRefusal, passwordBytes } from "../proofs/index.ts";

/** Refusals of a password in words, the same wherever one is asked for. They give nothing away to a stranger. */
export function passwordRefusal(refusal: PasswordRefusal): string {
	switch (refusal.reason) {
		case "wrong":
			return "This password is not right.";
		case "locked":
			return "This account is locked. Ask the people who run this server.";
		case "throttled":
			return throttled(refusal.retryAfterMs);
	}
}

/** A user id of another server was typed. */
export function elsewhere(serverName: string): string {
	return `This is ${serverName}; that account is on another server.`;
}

export function throttled(retryAfterMs: number): string {
	return `Too many attempts. Wait ${duration(retryAfterMs)}, then try again.`;
}

/** Why a new password is not taken. */
export const newPasswordRefusal = {
	"password-too-short": `The password is too short. Use ${passwordBytes.min} characters or more.`,
	"password-too-long": `The password is too long. Use at most ${passwordBytes.max} characters.`,
} as const;

/** Status and headers of an answer that refuses a password. */
export function refusalOptions(refusal: PasswordRefusal) {
	return refusal.reason === "throttled" ? throttledOptions(refusal.retryAfterMs) : { status: 403 };
}

/** Of a page that asks to try again because the homeserver does not answer. */
export const unavailableOptions = { status: 503, headers: { "retry-after": "10" } } as const;

export function throttledOptions(retryAfterMs: number) {
	return { status: 429, headers: { "retry-after": String(Math.ceil(retryAfterMs / 1000)) } };
}
