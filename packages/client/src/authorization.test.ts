import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	authorizationUrl,
	type ClientErrorCode,
	CountersignClientError,
	createDeviceId,
	createPkce,
	createState,
	deviceScope,
	processAuthorizationCallback,
} from "./index.ts";
import { challengeOf } from "./pkce.ts";

const metadata = { issuer: "https://auth.example/" };
const expected = { state: "S", metadata };
/** A server that names itself in every answer, and says so. */
const named = { state: "S", metadata: { ...metadata, authorization_response_iss_parameter_supported: true } };
const request = {
	clientId: "c1",
	redirectUri: "https://app.example/cb",
	scope: deviceScope("DEVICE1234"),
	state: "S",
	pkce: { challenge: "C" },
};

describe("PKCE (RFC 7636)", () => {
	test("the challenge is the published example's", async () => {
		const challenge = await challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
		assert.equal(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
	});

	test("every sign-in has its own verifier, state and device id, in the permitted letters", async () => {
		const [one, two] = [await createPkce(), await createPkce()];
		assert.notEqual(one.verifier, two.verifier);
		assert.match(one.verifier, /^[A-Za-z0-9_-]{43}$/);
		assert.equal(one.challenge, await challengeOf(one.verifier));
		assert.notEqual(createState(), createState());
		assert.match(createDeviceId(), /^[A-Za-z0-9_-]{16}$/);
	});
});

describe("the authorization URL", () => {
	test("asks for a code with S256, in the fragment", () => {
		const url = new URL(authorizationUrl({ authorization_endpoint: "https://auth.example/a?x=1" }, request));
		assert.deepEqual(Object.fromEntries(url.searchParams), {
			x: "1",
			response_type: "code",
			response_mode: "fragment",
			client_id: "c1",
			redirect_uri: "https://app.example/cb",
			scope: "urn:matrix:client:api:* urn:matrix:client:device:DEVICE1234",
			state: "S",
			code_challenge: "C",
			code_challenge_method: "S256",
		});
	});

	test("passes on a prompt and a hint", () => {
		const more = { ...request, prompt: "create", loginHint: "mxid:@a:b", responseMode: "query" } as const;
		const { searchParams } = new URL(
			authorizationUrl({ authorization_endpoint: "https://auth.example/" }, more),
		);
		assert.equal(searchParams.get("prompt"), "create");
		assert.equal(searchParams.get("login_hint"), "mxid:@a:b");
		assert.equal(searchParams.get("response_mode"), "query");
	});
});

describe("the callback", () => {
	for (const callback of [
		"https://app.example/cb?code=abc&state=S",
		"https://app.example/cb?code=abc&state=S#",
		"https://app.example/cb?x=1#code=abc&state=S&iss=https%3A%2F%2Fauth.example%2F",
	]) {
		test(`gives the code: ${callback}`, () => {
			assert.deepEqual(processAuthorizationCallback(callback, expected), { code: "abc" });
		});
	}

	const refusals: readonly (readonly [string, string, ClientErrorCode])[] = [
		["another sign-in's state", "https://app.example/cb?code=abc&state=T", "state-mismatch"],
		["no state", "https://app.example/cb?error=access_denied", "state-mismatch"],
		["two states", "https://app.example/cb?code=abc&state=S&state=S", "state-mismatch"],
		["another issuer", "https://app.example/cb?code=a&state=S&iss=https://evil.example", "issuer-mismatch"],
		["no code and no error", "https://app.example/cb?state=S", "malformed-answer"],
		["two codes", "https://app.example/cb?state=S&code=a&code=b", "malformed-answer"],
		["no URL", "code=abc&state=S", "malformed-answer"],
	];
	for (const [what, callback, code] of refusals) {
		test(`with ${what} is refused`, () => {
			const thrown = (error: unknown) => error instanceof CountersignClientError && error.code === code;
			assert.throws(() => processAuthorizationCallback(callback, expected), thrown);
		});
	}

	describe("of a server that always names itself (RFC 9207)", () => {
		const refused = (callback: string) =>
			assert.throws(
				() => processAuthorizationCallback(callback, named),
				(error: unknown) => error instanceof CountersignClientError && error.code === "issuer-mismatch",
			);

		test("gives the code when it does", () => {
			const callback = "https://app.example/cb?code=abc&state=S&iss=https%3A%2F%2Fauth.example%2F";
			assert.deepEqual(processAuthorizationCallback(callback, named), { code: "abc" });
		});

		test("is refused without the name", () => refused("https://app.example/cb?code=abc&state=S"));
		test("is refused without the name, an error too", () =>
			refused("https://app.example/cb#state=S&error=access_denied"));
		test("is refused with two names", () => {
			const iss = encodeURIComponent(metadata.issuer);
			refused(`https://app.example/cb?code=abc&state=S&iss=${iss}&iss=${iss}`);
		});
		test("is refused with the name in another spelling", () =>
			refused("https://app.example/cb?code=abc&state=S&iss=https://auth.example"));
	});

	test("reports an error callback with the server's words", () => {
		const callback = "https://app.example/cb#state=S&error=access_denied&error_description=No";
		assert.throws(
			() => processAuthorizationCallback(callback, expected),
			(error: unknown) => {
				assert.ok(error instanceof CountersignClientError);
				assert.deepEqual(error.oauth, { error: "access_denied", errorDescription: "No" });
				return error.code === "oauth-error";
			},
		);
	});
});
