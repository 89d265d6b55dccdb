/** Authorization codes in other hands, and requests that want less protection than there is. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { createDeviceId } from "@countersign/client";
import { decide, openAttackWorld } from "../support/attack-world.ts";
import { identityOf } from "../support/device-crypto.ts";
import { withAnswer } from "../support/form-browser.ts";
import { apiScope, beginFlow, codeOf, exchange, toldByLink } from "../support/oauth-flow.ts";
import { type Answer, type RunningServer, startServer } from "../support/server.ts";

function refusedWith({ status, body }: Answer, error: string, what = ""): void {
	assert.deepEqual([status, body.error], [400, error], `${what} ${JSON.stringify(body)}`);
}

async function aliceAt(server: RunningServer) {
	return server.register("alice");
}

async function isAlive(server: RunningServer, accessToken: string): Promise<boolean> {
	return (await server.call({ accessToken }, "GET", "account/whoami")).status === 200;
}

describe("code replay", () => {
	test("a code used again is refused and ends what it bought", async () => {
		await using server = await startServer();
		const browser = await aliceAt(server);
		const flow = await beginFlow(server);
		const code = await codeOf(browser, flow);
		const first = await exchange({ server }, flow, code);
		assert.equal(first.status, 200);
		assert.ok(await isAlive(server, first.body.access_token));
		refusedWith(await exchange({ server }, flow, code), "invalid_grant");
		assert.equal(await isAlive(server, first.body.access_token), false);
	});

	test("of 20 exchanges of one code at the same time at most one gives tokens, and they do not last", async () => {
		await using server = await startServer();
		const browser = await aliceAt(server);
		const flow = await beginFlow(server);
		const code = await codeOf(browser, flow);
		const answers = await Promise.all(Array.from({ length: 20 }, () => exchange({ server }, flow, code)));
		const good = answers.filter(({ status }) => status === 200);
		assert.equal(good.length, 1);
		for (const { status } of answers) assert.ok(status === 200 || status === 400);
		assert.equal(await isAlive(server, good[0]?.body.access_token), false);
	});

	test("a stranger's replay without the verifier, or as another client, ends nothing", async () => {
		await using server = await startServer();
		const browser = await aliceAt(server);
		const flow = await beginFlow(server);
		const code = await codeOf(browser, flow);
		const other = await beginFlow(server, {}, { client_name: "Another App" });
		const tried: readonly Record<string, string>[] = [
			{ client_id: other.clientId },
			{ code_verifier: other.verifier },
			{ code_verifier: "" },
			{ code_verifier: flow.verifier.slice(0, 42) },
			{ redirect_uri: "http://127.0.0.1/other" },
			{ redirect_uri: "http://127.0.0.1:4711/callback" },
			{ redirect_uri: "" },
			{ code: `${code}x` },
			{ code: code.slice(1) },
			{ client_id: "unknown" },
		];
		for (const changes of tried) {
			const { status } = await exchange({ server }, flow, code, changes);
			assert.ok(status === 400 || status === 401, JSON.stringify(changes));
		}
		const { status, body } = await exchange({ server }, flow, code);
		assert.equal(status, 200, "and the code is not spent by any of these");
		refusedWith(await exchange({ server }, flow, code, { client_id: other.clientId }), "invalid_grant");
		assert.ok(await isAlive(server, body.access_token), "nobody ends a session by naming another client");
	});

	test("a code that has expired gives nothing", async () => {
		await using world = await openAttackWorld();
		const flow = await beginFlow(world.server);
		const code = await codeOf(world.alice, flow);
		world.advance(10 * 60_000);
		refusedWith(await exchange(world, flow, code), "invalid_grant");
	});

	test("two answers to one consent page give one code", async () => {
		await using server = await startServer();
		const browser = await aliceAt(server);
		const page = await browser.open((await beginFlow(server)).url);
		const form =
			page.forms.find(({ action }) => action.startsWith("/interaction/")) ?? assert.fail("no form");
		const send = async (decision: string) => {
			const body = new URLSearchParams({ ...form.fields, decision });
			const answer = await browser.send(form.action, { method: "POST", body });
			return URL.parse(answer.headers.get("location") ?? "")?.searchParams.get("code") ?? undefined;
		};
		const answers = await Promise.all(Array.from({ length: 8 }, () => send("approve")));
		const codes = new Set([...answers, await send("approve")]);
		assert.deepEqual([codes.size, codes.has(undefined)], [1, false]);
		const rows = (await server.rows("engine_records")).filter(({ kind }) => kind === "AuthorizationCode");
		assert.equal(rows.length, 1);
	});

	test("somebody else's interaction cannot be answered, nor looked at", async () => {
		await using server = await startServer();
		const alice = await aliceAt(server);
		const mallory = await server.register("mallory");
		const page = await mallory.open((await beginFlow(server)).url);
		const foreign = await alice.open(page.url.pathname);
		assert.equal(foreign.status, 404);
		assert.doesNotMatch(foreign.text, /Example App/);
		const { action = "", fields = {} } = page.forms[0] ?? {};
		const body = new URLSearchParams({ ...fields, decision: "approve" });
		assert.notEqual((await alice.send(action, { method: "POST", body })).status, 303);
	});
});

describe("PKCE downgrade", () => {
	test("there is no code without S256: none, plain, empty, short or foreign", async () => {
		await using server = await startServer();
		const browser = await aliceAt(server);
		const { clientId, verifier } = await beginFlow(server);
		const tried: readonly Record<string, string | undefined>[] = [
			{ code_challenge: undefined, code_challenge_method: undefined },
			{ code_challenge: undefined },
			{ code_challenge_method: undefined },
			{ code_challenge: verifier, code_challenge_method: "plain" },
			{ code_challenge_method: "S512" },
			{ code_challenge_method: "s256" },
			{ code_challenge_method: "" },
			{ code_challenge: "" },
			{ code_challenge: "short" },
			{ code_challenge: `${"a".repeat(42)}=` },
		];
		for (const changes of tried) {
			const { url } = await beginFlow(server, { client_id: clientId, ...changes });
			const page = await browser.open(url);
			assert.equal(toldByLink(page).get("error"), "invalid_request", JSON.stringify(changes));
			assert.equal(toldByLink(page).get("code"), null);
		}
	});

	test("the challenge in place of the verifier, or a verifier left out, buys nothing", async () => {
		await using server = await startServer();
		const browser = await aliceAt(server);
		const flow = await beginFlow(server);
		const code = await codeOf(browser, flow);
		const challenge = createHash("sha256").update(flow.verifier).digest("base64url");
		for (const code_verifier of [challenge, "", " ", `${flow.verifier} `, flow.verifier.toUpperCase()])
			assert.equal((await exchange({ server }, flow, code, { code_verifier })).status, 400);
		assert.equal((await exchange({ server }, flow, code)).status, 200);
	});
});

describe("an authorization request", () => {
	test("gets no code with prompt=none, from whoever is signed in", async () => {
		await using server = await startServer();
		const browser = await aliceAt(server);
		for (const prompt of ["none", "none login", "none consent"]) {
			const told = toldByLink(await browser.open((await beginFlow(server, { prompt })).url));
			assert.equal(told.get("code"), null, prompt);
			assert.match(told.get("error") ?? "", /_required|invalid_request/);
		}
	});

	test("gets no code without a person's answer, however often the app was allowed before", async () => {
		await using server = await startServer();
		const browser = await aliceAt(server);
		const flow = await beginFlow(server);
		await exchange({ server }, flow, await codeOf(browser, flow));
		const page = await browser.open((await beginFlow(server)).url);
		assert.equal(page.left, undefined);
		assert.equal(page.title, "Let this app sign in?");
	});

	test("admin scope asked by an ordinary user is refused, alone, beside others, in capitals", async () => {
		await using server = await startServer();
		const browser = await aliceAt(server);
		const device = `urn:matrix:client:device:${createDeviceId()}`;
		const flow = await beginFlow(server, { scope: `${apiScope} ${device} urn:synapse:admin:*` });
		const page = await browser.open(flow.url);
		assert.match(page.text, /administer/i);
		const { left } = await browser.press(withAnswer(page, "Cancel", "approve"), "Cancel");
		assert.deepEqual(
			[left?.searchParams.get("error"), left?.searchParams.get("code")],
			["invalid_scope", null],
		);
		for (const more of ["URN:SYNAPSE:ADMIN:*", "urn:mas:admin", "urn:synapse:admin:x"]) {
			const scope = `${apiScope} ${device} ${more}`;
			const asked = await beginFlow(server, { client_id: flow.clientId, scope });
			const { body } = await exchange({ server }, asked, await codeOf(browser, asked));
			assert.equal(body.scope, `${apiScope} ${device}`, more);
		}
	});

	test("cannot raise its scope at the token endpoint, by code or by refresh", async () => {
		await using server = await startServer();
		const browser = await aliceAt(server);
		const flow = await beginFlow(server);
		const scope = `${apiScope} urn:matrix:client:device:${flow.deviceId} urn:synapse:admin:*`;
		const { body } = await exchange({ server }, flow, await codeOf(browser, flow), { scope });
		assert.doesNotMatch(body.scope ?? "", /admin/);
		const refresh = { grant_type: "refresh_token", refresh_token: body.refresh_token, scope };
		const renewed = await exchange({ server }, flow, "", refresh);
		assert.doesNotMatch(renewed.body.scope ?? "", /admin/);
		const { access_token } = renewed.status === 200 ? renewed.body : body;
		const asked = await fetch(new URL("oauth2/introspect", server.url), {
			method: "POST",
			headers: { authorization: `Bearer ${server.introspectionSecret}` },
			body: new URLSearchParams({ token: access_token }),
		});
		assert.doesNotMatch(await asked.text(), /admin/);
	});

	test("mixed, doubled, missing and foreign scope names are refused", async () => {
		await using server = await startServer();
		const browser = await aliceAt(server);
		const { clientId } = await beginFlow(server);
		const [stable, unstable] = ["urn:matrix:client:", "urn:matrix:org.matrix.msc2967.client:"];
		const id = "ABCDEFGHIJ";
		const scopes = [
			"",
			"openid",
			apiScope,
			`${stable}device:${id}`,
			`${stable}api:* ${unstable}device:${id}`,
			`${unstable}api:* ${stable}device:${id}`,
			`${stable}api:* ${unstable}api:* ${stable}device:${id}`,
			`${stable}api:* ${stable}device:${id} ${stable}device:KLMNOPQRST`,
			`${stable}api:* ${stable}device:${id} ${unstable}device:${id}`,
			`${stable}api:* ${stable}device:`,
			`${stable}api:* ${stable}device:*`,
			`${stable}api:* ${stable}device:SHORT`,
			`${stable}api:* ${stable}device:${"x".repeat(256)}`,
			`${stable}api:* ${stable}device:${id}\u0000`,
			`${stable}api:* ${stable}device:${id}<script>`,
			`${stable}api:* ${stable}device:ÄBCDEFGHIJ`,
			`${stable}api:read ${stable}device:${id}`,
			`${stable}api:*\t${stable}device:${id}`,
		];
		for (const scope of scopes) {
			const page = await browser.open((await beginFlow(server, { client_id: clientId, scope })).url);
			assert.match(
				toldByLink(page).get("error") ?? "none",
				/^invalid_(scope|request)$/,
				JSON.stringify(scope),
			);
		}
	});

	test("a device id that is a cross-signing key, stored or waiting for approval, is not given out", async () => {
		await using world = await openAttackWorld();
		const { server, alice, phone } = world;
		const stored = identityOf(phone.userId, "first");
		const waiting = identityOf(phone.userId, "second");
		const { path } = await world.ask(phone, "second");
		for (const { publicKey } of [stored.master, stored.selfSigning, waiting.master, waiting.userSigning]) {
			const scope = `${apiScope} urn:matrix:client:device:${publicKey}`;
			const flow = await beginFlow(server, { scope });
			const page = await alice.open(flow.url);
			if (page.left !== undefined) {
				// Some keys have characters that no scope may hold.
				assert.match(publicKey, /[^A-Za-z0-9._~!$&'()*,;=:@/-]/);
				continue;
			}
			const { left } = await alice.press(page, "Allow");
			const answer = await exchange(world, flow, left?.searchParams.get("code") ?? "");
			refusedWith(answer, "invalid_grant", publicKey);
			assert.equal(
				(await server.call(phone, "GET", "devices")).body.devices.length,
				1,
				"and leaves no device",
			);
		}
		await decide(alice, path, "approve");
		assert.equal((await world.upload(phone, "second")).status, 200);
	});

	test("taking over a device id of one's own ends the earlier session, and another's id is just one's own device", async () => {
		await using world = await openAttackWorld();
		const { server, phone } = world;
		const { deviceId } = phone;
		await server.register("mallory");
		const theirs = await server.loginDevice({ localpart: "mallory", deviceId });
		assert.ok(await isAlive(server, phone.accessToken));
		const { body } = await server.call(theirs, "GET", "devices");
		assert.deepEqual(
			body.devices.map(({ device_id }: { device_id: string }) => device_id),
			[deviceId],
		);
		const consent = await world.alice.open(
			(await beginFlow(server, { scope: `${apiScope} urn:matrix:client:device:${deviceId}` })).url,
		);
		assert.match(consent.text, /already have this device/, "the person is told before");
		await server.loginDevice({ localpart: "alice", browser: world.alice, deviceId });
		assert.equal(await isAlive(server, phone.accessToken), false);
	});
});
