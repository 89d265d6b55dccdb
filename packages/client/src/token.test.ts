import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { expectCode } from "../test/support/expect-code.ts";
import { metadataAt } from "../test/support/metadata.ts";
import { scriptedServer } from "../test/support/scripted-server.ts";
import {
	authorizationCodeRequest,
	processAuthorizationCodeResponse,
	processRefreshResponse,
	processRevocationResponse,
	refreshRequest,
	revocationRequest,
} from "./index.ts";

const tokens = { access_token: "AT", token_type: "bearer", expires_in: 300, refresh_token: "RT", scope: "s" };
const parsed = { accessToken: "AT", refreshToken: "RT", expiresInSeconds: 300, scope: "s" };

describe("exchanging a code (RFC 6749 section 4.1.3)", () => {
	test("sends the verifier and gives tokens", async (t) => {
		const server = await scriptedServer(t, [{ status: 200, body: tokens }]);
		const exchange = { clientId: "c", code: "k", redirectUri: "https://a.example/cb", verifier: "v" };
		const response = await authorizationCodeRequest(metadataAt(server.url), exchange);
		assert.deepEqual(await processAuthorizationCodeResponse(response), parsed);
		assert.deepEqual(Object.fromEntries(new URLSearchParams(server.seen[0]?.body)), {
			grant_type: "authorization_code",
			client_id: "c",
			code: "k",
			redirect_uri: "https://a.example/cb",
			code_verifier: "v",
		});
	});

	test("a used code is an OAuth error", async () => {
		const answer = new Response('{"error":"invalid_grant"}', { status: 400 });
		const error = await expectCode(processAuthorizationCodeResponse(answer), "oauth-error");
		assert.equal(error.oauth?.error, "invalid_grant");
	});

	for (const [what, changes] of [
		["another token type", { token_type: "DPoP" }],
		["no access token", { access_token: undefined }],
		["an access token that would split a header", { access_token: "a\r\nHost: evil" }],
		["a life that is no number", { expires_in: "300" }],
		["a negative life", { expires_in: -1 }],
		["a refresh token that is no text", { refresh_token: 7 }],
	] as const) {
		test(`an answer with ${what} is refused`, async () => {
			const answer = new Response(JSON.stringify({ ...tokens, ...changes }));
			await expectCode(processAuthorizationCodeResponse(answer), "malformed-answer");
		});
	}

	test("an answer without end is cut off", async () => {
		const endless = new ReadableStream<Uint8Array>({
			pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(32)),
		});
		await expectCode(processAuthorizationCodeResponse(new Response(endless)), "malformed-answer");
	});
});

describe("a refresh", () => {
	const judge = (status: number, body: unknown, headers = {}) =>
		processRefreshResponse(
			new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers }),
		);

	test("sends the refresh token and gives tokens", async (t) => {
		const server = await scriptedServer(t, [{ status: 200, body: tokens }]);
		const response = await refreshRequest(metadataAt(server.url), { clientId: "c", refreshToken: "RT0" });
		assert.deepEqual(await processRefreshResponse(response), parsed);
		assert.equal(server.seen[0]?.body, "grant_type=refresh_token&client_id=c&refresh_token=RT0");
	});

	for (const [status, error] of [
		[400, "invalid_grant"],
		[401, "invalid_client"],
		[403, "access_denied"],
	] as const) {
		test(`${status} ${error} means logged out`, async () => {
			const thrown = await expectCode(judge(status, { error }), "logged-out");
			assert.equal(thrown.oauth?.error, error);
		});
	}

	for (const [what, status, body] of [
		["a rate limit", 429, { error: "invalid_grant" }],
		["a Matrix rate limit", 429, { errcode: "M_LIMIT_EXCEEDED", error: "slow" }],
		["a server error", 500, { error: "invalid_grant" }],
		["maintenance", 503, { error: "temporarily_unavailable" }],
		["maintenance with the wrong status", 400, { error: "temporarily_unavailable" }],
		["a proxy's page", 403, "<html>sign in to the train's network</html>"],
		["a proxy's page that says 200", 200, "<html>"],
		["tokens nobody can read", 200, { access_token: 1 }],
		["a Matrix error", 401, { errcode: "M_UNKNOWN", error: "x" }],
	] as const) {
		test(`${what} never means logged out`, async () => {
			await expectCode(judge(status, body), "temporarily-unavailable");
		});
	}

	test("keeps the time the server asked for", async () => {
		const error = await expectCode(judge(503, "", { "retry-after": "7" }), "temporarily-unavailable");
		assert.equal(error.retryAfterMs, 7000);
	});

	test("that breaks off in the middle is a network failure", async () => {
		const broken = new ReadableStream({ start: (controller) => controller.error(new Error("reset")) });
		const error = await expectCode(processRefreshResponse(new Response(broken)), "network");
		assert.ok(error.cause instanceof Error);
	});
});

describe("revocation (RFC 7009)", () => {
	test("names the token, the client and the hint", async (t) => {
		const server = await scriptedServer(t, [{ status: 200 }]);
		const revocation = { token: "RT", clientId: "c", tokenTypeHint: "refresh_token" } as const;
		await processRevocationResponse(await revocationRequest(metadataAt(server.url), revocation));
		assert.equal(server.seen[0]?.body, "token=RT&client_id=c&token_type_hint=refresh_token");
	});

	test("that failed is said", async () => {
		await expectCode(processRevocationResponse(new Response("", { status: 503 })), "http-status");
		const refused = new Response('{"error":"invalid_client"}', { status: 401 });
		await expectCode(processRevocationResponse(refused), "oauth-error");
	});
});
