import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { expectCode } from "../test/support/expect-code.ts";
import { metadataAt } from "../test/support/metadata.ts";
import { type Answer, scriptedServer } from "../test/support/scripted-server.ts";
import { virtualTime } from "../test/support/virtual-time.ts";
import { type DeviceLoginOptions, type DeviceLoginPrompt, loginByDeviceGrant } from "./index.ts";

const tokens: Answer = {
	status: 200,
	body: { token_type: "Bearer", access_token: "AT", refresh_token: "RT", expires_in: 300 },
};
const refusal = (error: string, status = 400): Answer => ({ status, body: { error } });
const pending = refusal("authorization_pending");

/** Signs in against a scripted server; the list answers the token requests, its last entry for ever after. */
async function signIn(
	t: TestContext,
	polls: readonly Answer[],
	{ codes = {}, ...options }: Partial<DeviceLoginOptions> & { readonly codes?: object } = {},
) {
	const time = virtualTime();
	const startedAt = time.now();
	const askedAt: number[] = [];
	const shown: DeviceLoginPrompt[] = [];
	const server = await scriptedServer(t, ({ path }) => {
		if (path === "/oauth2/registration") return { status: 201, body: { client_id: "c1" } };
		if (path === "/oauth2/device") return { status: 200, body: { ...asked(server.url), ...codes } };
		askedAt.push(time.elapsed());
		return polls.at(askedAt.length - 1) ?? polls.at(-1) ?? "drop";
	});
	const outcome = loginByDeviceGrant({
		metadata: { ...metadataAt(server.url), device_authorization_endpoint: `${server.url}/oauth2/device` },
		client: { clientUri: "https://tv.example", clientName: "Television" },
		present: (prompt) => void shown.push(prompt),
		now: time.now,
		sleep: time.sleep,
		...options,
	});
	outcome.catch(() => {});
	return { outcome, server, time, startedAt, askedAt, shown };
}

const asked = (url: string) => ({
	device_code: "DC",
	user_code: "BCDF-GHJK",
	verification_uri: `${url}/link`,
	verification_uri_complete: `${url}/link?code=BCDF-GHJK`,
	expires_in: 1200,
	interval: 5,
});

describe("signing in by the device grant", () => {
	test("registers, shows the code, waits, and gives tokens for the device", async (t) => {
		const { outcome, server, startedAt, shown, askedAt } = await signIn(t, [pending, pending, tokens], {
			deviceId: "TELEVISION",
			extraScopes: ["openid"],
		});
		const login = await outcome;
		assert.deepEqual(login, {
			clientId: "c1",
			deviceId: "TELEVISION",
			tokens: { accessToken: "AT", refreshToken: "RT", expiresAt: startedAt + 15_000 + 300_000 },
		});
		assert.deepEqual(askedAt, [5_000, 10_000, 15_000]);
		assert.deepEqual(shown, [
			{
				userCode: "BCDF-GHJK",
				url: `${server.url}/link`,
				urlComplete: `${server.url}/link?code=BCDF-GHJK`,
				expiresAt: startedAt + 1_200_000,
			},
		]);
		const registered = JSON.parse(server.seen[0]?.body ?? "");
		assert.equal(registered.redirect_uris, undefined);
		assert.deepEqual(registered.response_types, []);
		assert.deepEqual(registered.grant_types, [
			"refresh_token",
			"urn:ietf:params:oauth:grant-type:device_code",
		]);
		const form = new URLSearchParams(server.seen[1]?.body);
		assert.equal(form.get("scope"), "urn:matrix:client:api:* urn:matrix:client:device:TELEVISION openid");
	});

	test("slows down when told to, for good", async (t) => {
		const slowDown = refusal("slow_down", 403);
		const { outcome, askedAt } = await signIn(t, [slowDown, pending, slowDown, pending, tokens]);
		await outcome;
		assert.deepEqual(askedAt, [5_000, 15_000, 25_000, 40_000, 55_000]);
	});

	test("goes on through failures, less and less often, and as before once it is answered", async (t) => {
		const lost: Answer[] = ["drop", { status: 502, body: "<html>" }, refusal("busy", 429), "drop", "drop"];
		const { outcome, askedAt } = await signIn(t, [...lost, pending, tokens]);
		await outcome;
		const gaps = askedAt.map((at, index) => at - (askedAt[index - 1] ?? 0));
		assert.deepEqual(gaps, [5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 5_000]);
	});

	test("goes on through what a captive portal or a proxy says in the server's place", async (t) => {
		const portal: Answer[] = [
			{ status: 200, body: "<html>welcome</html>" },
			{ status: 408, body: "" },
		];
		const { outcome, askedAt } = await signIn(t, [...portal, pending, tokens]);
		await outcome;
		assert.equal(askedAt.length, 4);
	});

	test("waits as long as a failing server asks for", async (t) => {
		const busy: Answer = { status: 503, body: {}, headers: { "retry-after": "90" } };
		const { outcome, askedAt } = await signIn(t, [busy, tokens]);
		await outcome;
		assert.deepEqual(askedAt, [5_000, 95_000]);
	});
});

describe("the waiting ends", () => {
	test("with a refusal and every other final answer, at once", async (t) => {
		for (const error of ["access_denied", "invalid_grant", "something_new"]) {
			const { outcome, askedAt } = await signIn(t, [refusal(error)]);
			assert.equal((await expectCode(outcome, "oauth-error")).oauth?.error, error);
			assert.equal(askedAt.length, 1);
		}
	});

	test("with the code, by the server's word or by the clock, and never with a request after that", async (t) => {
		const told = await signIn(t, [pending, refusal("expired_token")]);
		await expectCode(told.outcome, "sign-in-timeout");
		const { outcome, askedAt } = await signIn(t, [pending], { codes: { expires_in: 12 } });
		await expectCode(outcome, "sign-in-timeout");
		assert.deepEqual(askedAt, [5_000, 10_000]);
		const lost = await signIn(t, ["drop"]);
		await expectCode(lost.outcome, "sign-in-timeout");
		assert.ok(lost.askedAt.every((at) => at < 1_200_000));
	});

	test("with the caller's signal", async (t) => {
		const stop = new AbortController();
		const { outcome, askedAt, time } = await signIn(t, [pending], { signal: stop.signal });
		time.at(7_000, () => stop.abort());
		await expectCode(outcome, "aborted");
		assert.deepEqual(askedAt, [5_000]);
		const early = await signIn(t, [tokens], { signal: AbortSignal.abort() });
		await expectCode(early.outcome, "aborted");
		assert.equal(early.server.seen.length, 0);
	});

	test("with what showing the code throws", async (t) => {
		const { outcome } = await signIn(t, [pending], {
			present: () => {
				throw new RangeError("no screen");
			},
		});
		await assert.rejects(outcome, RangeError);
	});

	test("before it begins, where the server has no such grant", async (t) => {
		const { outcome, server } = await signIn(t, [tokens], { metadata: metadataAt("https://auth.example") });
		await expectCode(outcome, "device-grant-unsupported");
		assert.equal(server.seen.length, 0);
	});
});

test("a session without a refresh token is no session", async (t) => {
	const body = { token_type: "Bearer", access_token: "AT" };
	const { outcome } = await signIn(t, [{ status: 200, body }]);
	await expectCode(outcome, "malformed-answer");
});
