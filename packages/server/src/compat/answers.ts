import { errcodes } from "@countersign/protocol";
import { json } from "../http/index.ts";
import { matrixError, tokenRefusals } from "../matrix-api/index.ts";
import type { RefreshOutcome } from "../sessions/index.ts";

/** Why nobody is logged in. What is told gives nothing away to who does not know the password or hold the token. */
export type LoginRefusal =
	| {
			readonly reason:
				| "refused"
				| "elsewhere"
				| "token-refused"
				| "locked"
				/** The password is right, and not enough: signing in by browser has a second step. */
				| "second-factor"
				| "device-id-in-use"
				| "too-many-devices"
				| "homeserver-unavailable";
	  }
	| { readonly reason: "throttled"; readonly retryAfterMs: number };

/** One answer for an unknown name, a wrong password and a closed account. */
export function loginRefused(refusal: LoginRefusal): Response {
	switch (refusal.reason) {
		case "refused":
			return matrixError(403, errcodes.forbidden, "User name and password do not match");
		case "elsewhere":
			return matrixError(403, errcodes.forbidden, "This account is on another server");
		case "token-refused":
			return matrixError(
				403,
				errcodes.forbidden,
				"This login token is unknown, was used already, or is too old",
			);
		case "device-id-in-use":
			return matrixError(403, errcodes.forbidden, "The device id is in use as a cross-signing key");
		case "too-many-devices":
			return matrixError(403, errcodes.forbidden, "This account has as many devices as it may");
		case "second-factor":
			return matrixError(403, errcodes.forbidden, "This account needs a second factor: sign in by browser");
		case "locked":
			return tokenRefused("locked");
		case "throttled":
			return throttled(refusal.retryAfterMs);
		case "homeserver-unavailable":
			return unavailable();
	}
}

/** @see https://spec.matrix.org/v1.17/client-server-api/#rate-limiting */
function throttled(retryAfterMs: number): Response {
	const extra = { retry_after_ms: retryAfterMs };
	const error = "Too many attempts. Wait, then try again.";
	return waiting(matrixError(429, errcodes.limitExceeded, error, extra), Math.ceil(retryAfterMs / 1000));
}

/** Nothing was consumed: the same request may be sent again. */
function unavailable(): Response {
	const error = "The homeserver does not answer. Try again.";
	return waiting(matrixError(503, errcodes.unknown, error), 5);
}

function waiting(response: Response, seconds: number): Response {
	response.headers.set("retry-after", String(seconds));
	return response;
}

/** Why a token opens nothing, and whether the app may go on as the same device. */
export function tokenRefused(reason: keyof typeof tokenRefusals): Response {
	return json(401, tokenRefusals[reason]);
}

/** One answer for every refresh token that is good for nothing; the session of a locked person waits. */
export function refreshRefused(reason: Extract<RefreshOutcome, { ok: false }>["reason"]): Response {
	if (reason === "locked") return tokenRefused("locked");
	if (reason === "late") {
		const wait = "This refresh token was used before. Use the newest, and try again.";
		return waiting(matrixError(503, errcodes.unknown, wait), 5);
	}
	const error = "This refresh token is unknown, or its session has ended";
	return matrixError(401, errcodes.unknownToken, error, { soft_logout: false });
}

/** Two tokens and their lifetime, in the names of the API. */
export function tokenMembers(tokens: {
	readonly accessToken: string;
	readonly refreshToken?: string;
	readonly expiresInSeconds?: number;
}) {
	const { accessToken, refreshToken, expiresInSeconds } = tokens;
	return {
		access_token: accessToken,
		...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
		...(expiresInSeconds === undefined ? {} : { expires_in_ms: expiresInSeconds * 1000 }),
	};
}

/** Not `M_UNKNOWN_TOKEN`, after which an app would delete its keys: the token is good for everything else. */
export function endsOnlyItself(): Response {
	const error = "This app can sign itself out. Signing out everywhere is done on the account page.";
	return matrixError(403, errcodes.forbidden, error);
}

export const done = (): Response => json(200, {});
