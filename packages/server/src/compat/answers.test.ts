import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	done,
	endsOnlyItself,
	type LoginRefusal,
	loginRefused,
	refreshRefused,
	tokenMembers,
	tokenRefused,
} from "./answers.ts";

const forbidden = (error: string) => ({ errcode: "M_FORBIDDEN", error });
const locked = { errcode: "M_USER_LOCKED", error: "This account is locked", soft_logout: true };

/** Each refusal with what an app is told: the status, the body, and after how many seconds to come again. */
const refusals: readonly (readonly [LoginRefusal, number, object, string?])[] = [
	[{ reason: "refused" }, 403, forbidden("User name and password do not match")],
	[{ reason: "elsewhere" }, 403, forbidden("This account is on another server")],
	[
		{ reason: "token-refused" },
		403,
		forbidden("This login token is unknown, was used already, or is too old"),
	],
	[{ reason: "device-id-in-use" }, 403, forbidden("The device id is in use as a cross-signing key")],
	[{ reason: "too-many-devices" }, 403, forbidden("This account has as many devices as it may")],
	[{ reason: "locked" }, 401, locked],
	[
		{ reason: "throttled", retryAfterMs: 1_001 },
		429,
		{
			...{ errcode: "M_LIMIT_EXCEEDED", error: "Too many attempts. Wait, then try again." },
			retry_after_ms: 1_001,
		},
		"2",
	],
	[
		{ reason: "homeserver-unavailable" },
		503,
		{ errcode: "M_UNKNOWN", error: "The homeserver does not answer. Try again." },
		"5",
	],
];

describe("the older login API says", () => {
	for (const [refusal, status, body, seconds] of refusals)
		test(`${status} to a login that is refused as ${refusal.reason}`, async () => {
			const answer = loginRefused(refusal);
			assert.deepEqual([answer.status, await answer.json()], [status, body]);
			assert.equal(answer.headers.get("retry-after"), seconds ?? null);
		});

	test("to a refresh that the session waits, that another token is the newest, or that all is over", async () => {
		for (const [reason, status, body, seconds] of [
			["locked", 401, locked, null],
			[
				"late",
				503,
				{
					errcode: "M_UNKNOWN",
					error: "This refresh token was used before. Use the newest, and try again.",
				},
				"5",
			],
			[
				"unknown",
				401,
				{
					...{ errcode: "M_UNKNOWN_TOKEN", soft_logout: false },
					error: "This refresh token is unknown, or its session has ended",
				},
				null,
			],
		] as const) {
			const answer = refreshRefused(reason);
			assert.deepEqual([answer.status, await answer.json()], [status, body], reason);
			assert.equal(answer.headers.get("retry-after"), seconds);
		}
	});

	test("which tokens there are, and in milliseconds how long", () => {
		assert.deepEqual(tokenMembers({ accessToken: "a" }), { access_token: "a" });
		assert.deepEqual(tokenMembers({ accessToken: "a", refreshToken: "r", expiresInSeconds: 300 }), {
			...{ access_token: "a", refresh_token: "r", expires_in_ms: 300_000 },
		});
	});

	test("yes, that a token is missing, or that it ends only its own session", async () => {
		assert.deepEqual([done().status, await done().json()], [200, {}]);
		const missing = tokenRefused("missing");
		assert.equal(missing.status, 401);
		assert.equal(((await missing.json()) as { errcode: string }).errcode, "M_MISSING_TOKEN");
		const only = endsOnlyItself();
		assert.deepEqual(
			[only.status, await only.json()],
			[403, forbidden("This app can sign itself out. Signing out everywhere is done on the account page.")],
		);
	});
});
