import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { expectCode } from "../../test/support/expect-code.ts";
import { metadataAt } from "../../test/support/metadata.ts";
import { type Answer, scriptedServer } from "../../test/support/scripted-server.ts";
import { challengeOf } from "../pkce.ts";
import { type LoopbackLoginOptions, loginByLoopback, stepUpByLoopback } from "./index.ts";

const now = 1_700_000_000_000;
const tokens = { token_type: "Bearer", access_token: "AT", refresh_token: "RT", expires_in: 300 };

/** Signs in against a scripted authorization server; `browse` plays the person's browser. */
async function signIn(
	t: TestContext,
	browse: (asked: URL) => unknown,
	{ token, ...options }: Partial<LoopbackLoginOptions> & { readonly token?: Answer } = {},
) {
	const server = await scriptedServer(t, ({ path }) =>
		path === "/oauth2/registration"
			? { status: 201, body: { client_id: "c1" } }
			: (token ?? { status: 200, body: tokens }),
	);
	const shown: URL[] = [];
	const outcome = loginByLoopback({
		metadata: metadataAt(server.url),
		client: { clientUri: "https://tool.example", clientName: "Tool" },
		present: async (url) => {
			shown.push(new URL(url));
			await browse(new URL(url));
		},
		now: () => now,
		...options,
	});
	outcome.catch(() => {});
	return { outcome, server, shown };
}

/** The redirect a server would answer with. */
function redirect(asked: URL, parameters: Readonly<Record<string, string>>): URL {
	const url = new URL(asked.searchParams.get("redirect_uri") ?? "");
	const state = asked.searchParams.get("state") ?? "";
	for (const [name, value] of Object.entries({ state, ...parameters })) url.searchParams.set(name, value);
	return url;
}

async function isClosed(asked: URL | undefined): Promise<boolean> {
	return fetch(asked?.searchParams.get("redirect_uri") ?? "").then(
		() => false,
		() => true,
	);
}

describe("signing in by loopback", () => {
	test("registers, asks, comes back, and gives tokens for the device", async (t) => {
		let arrived: Promise<Response> | undefined;
		const { outcome, server, shown } = await signIn(t, (asked) => {
			arrived = fetch(redirect(asked, { code: "K" }));
		});
		const { clientId, deviceId, tokens: given } = await outcome;
		assert.equal(clientId, "c1");
		assert.deepEqual(given, { accessToken: "AT", refreshToken: "RT", expiresAt: now + 300_000 });
		const asked = shown[0]?.searchParams;
		assert.equal(asked?.get("scope"), `urn:matrix:client:api:* urn:matrix:client:device:${deviceId}`);
		assert.equal(asked?.get("response_mode"), "query");
		const page = await arrived;
		assert.equal(page?.status, 200);
		assert.match((await page?.text()) ?? "", /You can close this window/);

		const registered = JSON.parse(server.seen[0]?.body ?? "");
		assert.deepEqual(registered.redirect_uris, ["http://127.0.0.1/callback"]);
		assert.equal(registered.application_type, "native");
		const exchanged = new URLSearchParams(server.seen[1]?.body);
		assert.equal(exchanged.get("code"), "K");
		assert.equal(exchanged.get("redirect_uri"), asked?.get("redirect_uri"));
		assert.match(exchanged.get("redirect_uri") ?? "", /^http:\/\/127\.0\.0\.1:\d+\/callback$/);
		assert.equal(await challengeOf(exchanged.get("code_verifier") ?? ""), asked?.get("code_challenge"));
		assert.ok(await isClosed(shown[0]));
	});

	test("passes on a device, more scopes, a prompt and a hint", async (t) => {
		const { outcome, shown } = await signIn(t, (asked) => fetch(redirect(asked, { code: "K" })), {
			deviceId: "DEVICE1234",
			extraScopes: ["openid"],
			prompt: "create",
			loginHint: "mxid:@alice:example.org",
		});
		assert.equal((await outcome).deviceId, "DEVICE1234");
		const asked = shown[0]?.searchParams;
		assert.match(asked?.get("scope") ?? "", /device:DEVICE1234 openid$/);
		assert.equal(asked?.get("prompt"), "create");
		assert.equal(asked?.get("login_hint"), "mxid:@alice:example.org");
	});

	test("is not ended by redirects that belong to somebody else", async (t) => {
		const statuses: number[] = [];
		const { outcome } = await signIn(t, async (asked) => {
			const home = redirect(asked, { code: "K" });
			const elsewhere = new URL("/other", home);
			const forged = redirect(asked, { state: "guess", error: "access_denied" });
			const bare = new URL("/callback", home);
			for (const url of [elsewhere, forged, bare]) statuses.push((await fetch(url)).status);
			statuses.push((await fetch(home, { method: "POST" })).status);
			statuses.push((await fetch(home)).status);
		});
		assert.equal((await outcome).tokens.accessToken, "AT");
		assert.deepEqual(statuses, [400, 400, 400, 400, 200]);
	});

	test("takes the first answer only", async (t) => {
		let pages: Promise<PromiseSettledResult<Response>[]> | undefined;
		const { outcome, server } = await signIn(t, (asked) => {
			pages = Promise.allSettled(["K", "L"].map((code) => fetch(redirect(asked, { code }))));
		});
		await outcome;
		const welcomed = (await pages)?.filter(
			(page) => page.status === "fulfilled" && page.value.status === 200,
		);
		assert.equal(welcomed?.length, 1);
		assert.equal(server.seen.filter(({ path }) => path === "/oauth2/token").length, 1);
	});

	test("quotes nothing of the URL on its page", async (t) => {
		let page: Promise<Response> | undefined;
		const { outcome } = await signIn(t, (asked) => {
			page = fetch(redirect(asked, { error: "<script>", error_description: "<img src=x>" }));
		});
		const error = await expectCode(outcome, "oauth-error");
		assert.equal(error.oauth?.error, "<script>");
		const answer = await page;
		assert.match(answer?.headers.get("content-security-policy") ?? "", /default-src 'none'/);
		const text = (await answer?.text()) ?? "";
		assert.doesNotMatch(text, /script|img/);
		assert.match(text, /not completed/);
	});
});

describe("the listener is closed after", () => {
	test("a refusal", async (t) => {
		const { outcome, shown } = await signIn(t, (asked) => fetch(redirect(asked, { error: "access_denied" })));
		await expectCode(outcome, "oauth-error");
		assert.ok(await isClosed(shown[0]));
	});

	test("a time-out", async (t) => {
		const { outcome, shown } = await signIn(t, () => {}, { timeoutMs: 20 });
		await expectCode(outcome, "sign-in-timeout");
		assert.ok(await isClosed(shown[0]));
	});

	test("an abort, early or late", async (t) => {
		const late = new AbortController();
		const { outcome, shown } = await signIn(t, () => late.abort(), { signal: late.signal });
		await expectCode(outcome, "aborted");
		assert.ok(await isClosed(shown[0]));
		const early = await signIn(t, () => {}, { signal: AbortSignal.abort() });
		await expectCode(early.outcome, "aborted");
		assert.equal(early.shown.length, 0);
	});

	test("a browser that could not be opened", async (t) => {
		const { outcome, shown } = await signIn(t, () => {
			throw new RangeError("no browser");
		});
		await assert.rejects(outcome, RangeError);
		assert.ok(await isClosed(shown[0]));
	});

	test("an exchange that failed", async (t) => {
		const token: Answer = { status: 400, body: { error: "invalid_grant" } };
		const { outcome, shown } = await signIn(t, (asked) => fetch(redirect(asked, { code: "K" })), { token });
		await expectCode(outcome, "oauth-error");
		assert.ok(await isClosed(shown[0]));
	});
});

test("a session without a refresh token is no session", async (t) => {
	const token: Answer = { status: 200, body: { ...tokens, refresh_token: undefined } };
	const { outcome } = await signIn(t, (asked) => fetch(redirect(asked, { code: "K" })), { token });
	await expectCode(outcome, "malformed-answer");
});

test("stepping up asks for the same device of the same client, with what the homeserver wants, and registers nothing", async (t) => {
	for (const [offer, scope] of [
		[
			{ acrValues: "urn:a urn:b", maxAge: 300 },
			"urn:matrix:client:api:* urn:matrix:client:device:DEVICE1234 openid",
		],
		[
			{
				scope:
					"urn:matrix:org.matrix.msc2967.client:device:DEVICE1234 urn:matrix:org.matrix.msc2967.client:api:*",
			},
			"urn:matrix:client:api:* urn:matrix:client:device:DEVICE1234 openid",
		],
	] as const) {
		const server = await scriptedServer(t, [{ status: 200, body: tokens }]);
		let asked: URL | undefined;
		const given = await stepUpByLoopback({
			...{ metadata: metadataAt(server.url), now: () => now, offer },
			...{ clientId: "c1", deviceId: "DEVICE1234", extraScopes: ["openid"] },
			async present(url) {
				asked = new URL(url);
				await fetch(redirect(asked, { code: "K" }));
			},
		});
		assert.deepEqual(given, { accessToken: "AT", refreshToken: "RT", expiresAt: now + 300_000 });
		const said = Object.fromEntries(asked?.searchParams ?? []);
		assert.deepEqual([said.client_id, said.scope], ["c1", scope]);
		assert.equal(said.acr_values, "acrValues" in offer ? offer.acrValues : undefined);
		assert.equal(said.max_age, "maxAge" in offer ? "300" : undefined);
		assert.deepEqual(
			server.seen.map(({ path }) => path),
			["/oauth2/token"],
		);
	}
});

test("an offer for another device, or for more than the session has, is refused before anybody is asked", async (t) => {
	const api = "urn:matrix:client:api:*";
	for (const scope of [
		`${api} urn:matrix:client:device:OTHERDEVICE`,
		`${api} urn:matrix:client:device:DEVICE1234 urn:synapse:admin:*`,
		`${api} urn:matrix:client:device:DEVICE1234 urn:matrix:org.matrix.msc2967.client:device:OTHERDEVICE`,
		"all of it",
	]) {
		const server = await scriptedServer(t, []);
		const outcome = stepUpByLoopback({
			...{ metadata: metadataAt(server.url), now: () => now, offer: { scope } },
			...{ clientId: "c1", deviceId: "DEVICE1234", extraScopes: ["openid"] },
			present: () => assert.fail(scope),
		});
		await expectCode(outcome, "challenge-unsupported");
		assert.deepEqual(server.seen, []);
	}
});
