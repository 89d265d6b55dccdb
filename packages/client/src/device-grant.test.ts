import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { expectCode } from "../test/support/expect-code.ts";
import { metadataAt } from "../test/support/metadata.ts";
import { scriptedServer } from "../test/support/scripted-server.ts";
import {
	deviceAuthorizationRequest,
	deviceTokenRequest,
	processDeviceAuthorizationResponse,
	processDeviceTokenResponse,
} from "./index.ts";

const secure = { device_authorization_endpoint: "https://auth.example/oauth2/device" };
const codes = {
	device_code: "DC",
	user_code: "BCDF-GHJK",
	verification_uri: "https://auth.example/link",
	expires_in: 1200,
};
const judge = (body: unknown, status = 200, metadata = secure) =>
	processDeviceAuthorizationResponse(metadata, new Response(JSON.stringify(body), { status }));

describe("asking for codes (RFC 8628 section 3.1)", () => {
	test("names client and scope in the body and nothing else", async (t) => {
		const server = await scriptedServer(t, [{ status: 200, body: codes }]);
		const metadata = {
			...metadataAt(server.url),
			device_authorization_endpoint: `${server.url}/oauth2/device`,
		};
		await deviceAuthorizationRequest(metadata, { clientId: "c1", scope: "a b" });
		assert.equal(server.seen[0]?.path, "/oauth2/device");
		assert.equal(server.seen[0]?.body, "client_id=c1&scope=a+b");
	});

	test("is not tried where the metadata name no endpoint", async () => {
		const asked = deviceAuthorizationRequest({}, { clientId: "c1", scope: "a" });
		await expectCode(asked, "device-grant-unsupported");
		await expectCode(
			processDeviceAuthorizationResponse({}, Response.json(codes)),
			"device-grant-unsupported",
		);
	});

	test("gives codes, five seconds where no interval is named, and the page with the code where there is one", async () => {
		const plain = {
			deviceCode: "DC",
			userCode: "BCDF-GHJK",
			verificationUri: "https://auth.example/link",
			verificationUriComplete: undefined,
			expiresInSeconds: 1200,
			intervalSeconds: 5,
		};
		assert.deepEqual(await judge(codes), plain);
		const complete = "https://auth.example/link?code=BCDF-GHJK";
		const more = { ...codes, verification_uri_complete: complete, interval: 10 };
		assert.deepEqual(await judge(more), {
			...plain,
			verificationUriComplete: complete,
			intervalSeconds: 10,
		});
	});

	test("gives nothing that may not be shown, opened or waited for", async () => {
		for (const changes of [
			{ device_code: undefined },
			{ device_code: "" },
			{ user_code: undefined },
			{ user_code: "" },
			{ user_code: "\u001b[2J" },
			{ user_code: "ABCD\u202e" },
			{ user_code: "A".repeat(65) },
			{ verification_uri: undefined },
			{ verification_uri: "javascript:alert(1)" },
			{ verification_uri: "http://auth.example/link" },
			{ verification_uri: "https://bank.example@evil.example/" },
			{ verification_uri_complete: "file:///etc/passwd" },
			{ verification_uri_complete: 1 },
			{ expires_in: undefined },
			{ expires_in: "1200" },
			{ expires_in: 0 },
			{ expires_in: 3_000_000 },
			{ interval: -1 },
			{ interval: "5" },
			{ interval: 3_000_000 },
		])
			await expectCode(judge({ ...codes, ...changes }), "malformed-answer");
		await expectCode(judge("codes"), "malformed-answer");
	});

	test("takes plain http where the server itself is", async () => {
		const metadata = { device_authorization_endpoint: "http://localhost:8008/oauth2/device" };
		const local = { ...codes, verification_uri: "http://localhost:8008/link" };
		assert.equal((await judge(local, 200, metadata)).verificationUri, "http://localhost:8008/link");
	});

	test("says why it was refused", async () => {
		const error = await expectCode(judge({ error: "unauthorized_client" }, 400), "oauth-error");
		assert.equal(error.oauth?.error, "unauthorized_client");
		await expectCode(judge({ error: "temporarily_unavailable" }, 429), "rate-limited");
	});
});

describe("asking for the tokens (RFC 8628 section 3.4)", () => {
	test("sends the device code in the body", async (t) => {
		const server = await scriptedServer(t, [{ status: 400, body: { error: "authorization_pending" } }]);
		const asked = await deviceTokenRequest(metadataAt(server.url), { clientId: "c1", deviceCode: "DC" });
		assert.deepEqual(await processDeviceTokenResponse(asked), { outcome: "pending" });
		assert.deepEqual(Object.fromEntries(new URLSearchParams(server.seen[0]?.body)), {
			grant_type: "urn:ietf:params:oauth:grant-type:device_code",
			client_id: "c1",
			device_code: "DC",
		});
	});

	test("is judged by the error code, whatever the status", async () => {
		for (const status of [400, 401, 403]) {
			const answer = (error: string) => processDeviceTokenResponse(Response.json({ error }, { status }));
			assert.deepEqual(await answer("authorization_pending"), { outcome: "pending" });
			assert.deepEqual(await answer("slow_down"), { outcome: "slow-down" });
			for (const over of ["access_denied", "expired_token", "invalid_grant", "something_new"])
				assert.equal((await expectCode(answer(over), "oauth-error")).oauth?.error, over);
		}
	});

	test("is not over because the server fails", async () => {
		for (const status of [500, 502, 503]) {
			const headers = { "retry-after": "7" };
			const answer = processDeviceTokenResponse(new Response("<html>", { status, headers }));
			assert.equal((await expectCode(answer, "temporarily-unavailable")).retryAfterMs, 7_000);
		}
		const busy = processDeviceTokenResponse(Response.json({ error: "slow" }, { status: 429 }));
		await expectCode(busy, "rate-limited");
	});

	test("gives tokens, or says that they are malformed", async () => {
		const body = { token_type: "Bearer", access_token: "AT", refresh_token: "RT", expires_in: 300 };
		const answer = await processDeviceTokenResponse(Response.json(body));
		assert.ok(answer.outcome === "tokens");
		assert.equal(answer.tokens.refreshToken, "RT");
		await expectCode(processDeviceTokenResponse(Response.json({})), "malformed-answer");
	});
});
