import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { byPerson } from "../support/actors.ts";
import {
	type AuthorizationWorld,
	exchangeForm,
	freshDevice,
	nativeClient,
	openAuthorizationWorld,
	redirectUri,
	request,
	scope,
	without,
} from "../support/authorization-world.ts";
import { alice } from "../support/session-world.ts";

describe("exchanging an authorization code (RFC 6749 section 4.1.3)", () => {
	let world: AuthorizationWorld;
	let client: string;

	before(async () => {
		world = await openAuthorizationWorld();
		client = await world.register();
	});
	after(() => world.close());

	async function code(changes: Readonly<Record<string, string>> = {}): Promise<string> {
		const { params } = await world.authorize(request(client, { scope: scope(freshDevice()), ...changes }));
		const issued = params.get("code");
		assert.ok(issued, params.toString());
		return issued;
	}

	test("an app gets tokens that work, with the scope it asked for, and no cache keeps them", async () => {
		const asked = scope("DEVICEAAAA");
		const { status, headers, body } = await world.exchange(
			exchangeForm(client, await code({ scope: asked })),
		);
		assert.equal(status, 200);
		assert.equal(headers.get("cache-control"), "no-store");
		assert.equal(headers.get("pragma"), "no-cache");
		assert.match(headers.get("content-type") ?? "", /^application\/json/);
		assert.deepEqual(
			{ ...body, access_token: undefined, refresh_token: undefined },
			{
				token_type: "Bearer",
				expires_in: 300,
				scope: asked,
				access_token: undefined,
				refresh_token: undefined,
			},
		);
		const known = await world.sessions.authenticate(String(body.access_token), {});
		assert.ok(known.ok);
		assert.equal(known.caller.deviceId, "DEVICEAAAA");
		assert.equal(known.caller.accountId, alice);
	});

	test("unstable scope names are granted as they were asked", async () => {
		const asked = "urn:matrix:org.matrix.msc2967.client:api:* urn:matrix:org.matrix.msc2967.client:device:";
		const device = freshDevice();
		const { body } = await world.exchange(exchangeForm(client, await code({ scope: asked + device })));
		assert.equal(body.scope, asked + device);
	});

	test("fifty that present one code at once are one winner", async () => {
		const form = exchangeForm(client, await code());
		const answers = await Promise.all(Array.from({ length: 50 }, () => world.exchange(form)));
		assert.equal(answers.filter(({ status }) => status === 200).length, 1);
		const losers = answers.filter(({ status }) => status !== 200);
		assert.deepEqual(
			new Set(losers.map(({ status, body }) => `${status} ${body.error}`)),
			new Set(["400 invalid_grant"]),
		);
	});

	test("a code presented again is refused, and ends the session that it opened", async () => {
		const form = exchangeForm(client, await code());
		const first = await world.exchange(form);
		assert.equal(first.status, 200);
		const again = await world.exchange(form);
		assert.equal(again.body.error, "invalid_grant");
		const access = await world.sessions.authenticate(String(first.body.access_token), {});
		assert.equal(access.ok, false);
		const refresh = {
			grant_type: "refresh_token",
			client_id: client,
			refresh_token: String(first.body.refresh_token),
		};
		assert.equal((await world.exchange(refresh)).body.error, "invalid_grant");
		const [row] = world.rows(
			"SELECT end_reason FROM sessions WHERE ended_at IS NOT NULL AND end_reason = 'code-replayed'",
		);
		assert.ok(row);
	});

	test("a spent code out of a history ends nothing: without the verifier and the redirect it is no replay", async () => {
		const form = exchangeForm(client, await code());
		const first = await world.exchange(form);
		const alive = async () => (await world.sessions.authenticate(String(first.body.access_token), {})).ok;
		for (const changes of [
			{ code_verifier: "x".repeat(43) },
			{ code_verifier: "x".repeat(43), redirect_uri: "https://evil.example/" },
			{ redirect_uri: "http://127.0.0.1/other" },
		]) {
			const { status, body } = await world.exchange({ ...form, ...changes });
			assert.deepEqual([status, body.error], [400, "invalid_grant"]);
			assert.equal(await alive(), true, JSON.stringify(changes));
		}
		assert.equal((await world.exchange(form)).body.error, "invalid_grant");
		assert.equal(await alive(), false, "with both it is");
	});

	test("another client cannot use a code, nor end a session by trying", async () => {
		const other = await world.register({ ...nativeClient, client_name: "Another app" });
		const issued = await code();
		assert.equal((await world.exchange(exchangeForm(other, issued))).body.error, "invalid_grant");
		const mine = await world.exchange(exchangeForm(client, issued));
		assert.equal(mine.status, 200);
		assert.equal((await world.exchange(exchangeForm(other, issued))).body.error, "invalid_grant");
		assert.ok((await world.sessions.authenticate(String(mine.body.access_token), {})).ok);
	});

	test("the redirect URI has to be the one of the request, port included", async () => {
		const issued = await code({ redirect_uri: "http://127.0.0.1:5001/callback" });
		for (const wrong of [redirectUri, "http://127.0.0.1:5002/callback", "https://evil.example/"]) {
			const refused = await world.exchange(exchangeForm(client, issued, { redirect_uri: wrong }));
			assert.equal(refused.body.error, "invalid_grant", wrong);
		}
		const right = exchangeForm(client, issued, { redirect_uri: "http://127.0.0.1:5001/callback" });
		assert.equal((await world.exchange(right)).status, 200);
	});

	test("without the right verifier a code is worth nothing", async () => {
		const form = exchangeForm(client, await code());
		const wrong = { ...form, code_verifier: "x".repeat(43) };
		assert.equal((await world.exchange(wrong)).body.error, "invalid_grant");
		assert.equal((await world.exchange({ ...form, code_verifier: "short" })).body.error, "invalid_grant");
		assert.equal((await world.exchange(without(form, "code_verifier"))).body.error, "invalid_request");
		assert.equal((await world.exchange(form)).status, 200);
	});

	test("a code is good for five minutes", async () => {
		const issued = await code();
		world.advance(300_000);
		const { status, body } = await world.exchange(exchangeForm(client, issued));
		assert.deepEqual([status, body.error], [400, "invalid_grant"]);
		assert.match(String(body.error_description), /expired/);
	});

	test("an unreachable homeserver is a passing fault: the code is still good afterwards", async () => {
		const form = exchangeForm(client, await code());
		world.homeserver.unavailable = true;
		const { status, headers, body } = await world.exchange(form);
		world.homeserver.unavailable = false;
		assert.deepEqual([status, body.error], [503, "temporarily_unavailable"]);
		assert.equal(headers.get("retry-after"), "5");
		assert.equal((await world.exchange(form)).status, 200);
	});

	test("a device id that is one of the person's keys is refused in words", async () => {
		const publicKey = "A".repeat(43);
		const key = { slot: "master", publicKey, signed: "{}", object: {} } as const;
		await world.storage.write((unit) => unit.keys.replace(alice, [key], world.clock()));
		const form = exchangeForm(client, await code({ scope: scope(publicKey) }));
		const { status, body } = await world.exchange(form);
		assert.deepEqual([status, body.error], [400, "invalid_grant"]);
		assert.match(String(body.error_description), /device id/);
	});

	test("a device beyond what an account may have is refused in words, and the code is still good", async () => {
		const form = exchangeForm(client, await code());
		const full = Array.from({ length: 200 }, (_, at) => asDeviceId(`FULL${at}`));
		await world.storage.write(async ({ devices }) => {
			for (const deviceId of full) await devices.add({ accountId: alice, deviceId, createdAt: 1 });
		});
		const { status, body } = await world.exchange(form);
		await world.storage.write(async ({ homeserver }) => {
			for (const deviceId of full) await homeserver.removeDevice(alice, deviceId, 1);
		});
		assert.deepEqual([status, body.error], [400, "invalid_grant"]);
		assert.match(String(body.error_description), /as many devices as it may/);
		assert.equal((await world.exchange(form)).status, 200);
	});

	test("an account locked after it agreed gets no tokens", async () => {
		const form = exchangeForm(client, await code());
		world.lock(alice, 1);
		const { status, body } = await world.exchange(form);
		world.lock(alice, null);
		assert.deepEqual([status, body.error], [400, "invalid_grant"]);
	});

	test("what was agreed to before everybody was thrown out opens nothing, wherever it is on its way", async () => {
		await using own = await openAuthorizationWorld().then((opened) => ({
			...opened,
			[Symbol.asyncDispose]: opened.close,
		}));
		const app = await own.register();
		const issue = async () => {
			const { params } = await own.authorize(request(app, { scope: scope(freshDevice()) }));
			return params.get("code") ?? "";
		};
		const waiting = await issue();
		const agree = own.page.answer;
		own.page.answer = async (pair) => {
			const outcome = await agree(pair);
			await own.sessions.endAllOf(alice, { reason: "signed-out-everywhere", actor: byPerson });
			return outcome;
		};
		for (const code of [waiting, await issue()]) {
			const { status, body } = await own.exchange(exchangeForm(app, code));
			assert.deepEqual([status, body.error], [400, "invalid_grant"]);
		}
		assert.deepEqual(await own.sessions.listOf(alice), []);
		assert.deepEqual(own.rows("SELECT * FROM devices"), []);
	});

	test("codes are stored as hashes: nothing in the database can be presented", async () => {
		const issued = await code();
		const stored = JSON.stringify(world.rows("SELECT * FROM engine_records"));
		assert.ok(!stored.includes(issued));
		assert.match(stored, /codeChallenge/);
	});

	test("with openid an id_token says who signed in, for this app and this answer", async () => {
		const issued = await code({ scope: `openid ${scope(freshDevice())}`, nonce: "n-1" });
		const { body } = await world.exchange(exchangeForm(client, issued));
		const [head = "", payload = ""] = String(body.id_token).split(".");
		const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
		const { alg, kid } = JSON.parse(Buffer.from(head, "base64url").toString());
		assert.deepEqual(
			{ iss: claims.iss, aud: claims.aud, sub: claims.sub, nonce: claims.nonce },
			{ iss: world.base, aud: client, sub: alice, nonce: "n-1" },
		);
		assert.equal(typeof claims.auth_time, "number");
		assert.deepEqual(claims.amr, ["user", "mfa"]);
		assert.match(claims.at_hash, /^[\w-]{22}$/);
		const { keys } = (await (await fetch(`${world.base}oauth2/keys.json`)).json()) as {
			keys: { kid: string }[];
		};
		assert.equal(alg, "ES256");
		assert.deepEqual(
			keys.map((key) => key.kid),
			[kid],
		);
		assert.ok(!JSON.stringify(keys).includes('"d"'));
	});
});

describe("the token endpoint (RFC 6749 section 5)", () => {
	let world: AuthorizationWorld;
	let client: string;

	before(async () => {
		world = await openAuthorizationWorld();
		client = await world.register();
	});
	after(() => world.close());

	test("errors have the right status and code, and are JSON whatever was accepted", async () => {
		const rows: [Record<string, string>, number, string][] = [
			[{}, 400, "invalid_request"],
			[{ client_id: client }, 400, "invalid_request"],
			[{ client_id: client, grant_type: "password" }, 400, "unsupported_grant_type"],
			[{ client_id: client, grant_type: "implicit" }, 400, "unsupported_grant_type"],
			[{ client_id: "nobody", grant_type: "authorization_code" }, 401, "invalid_client"],
			[{ client_id: client, grant_type: "authorization_code" }, 400, "invalid_request"],
			[exchangeForm(client, "unknown"), 400, "invalid_grant"],
			[{ client_id: client, grant_type: "refresh_token" }, 400, "invalid_request"],
			[{ client_id: client, grant_type: "refresh_token", refresh_token: "unknown" }, 400, "invalid_grant"],
		];
		for (const [form, status, error] of rows) {
			const response = await fetch(`${world.base}oauth2/token`, {
				method: "POST",
				body: new URLSearchParams(form),
				headers: { accept: "text/html", origin: "https://app.example.org" },
			});
			const body = (await response.json()) as Record<string, unknown>;
			assert.deepEqual([response.status, body.error], [status, error], JSON.stringify(form));
			assert.equal(response.headers.get("access-control-allow-origin"), "*");
			assert.equal(body.errcode, undefined);
		}
	});

	test("refreshing hands out the next pair, and a locked account is told to wait, never to log out", async () => {
		const { params } = await world.authorize(request(client));
		const { body } = await world.exchange(exchangeForm(client, params.get("code") ?? ""));
		const form = {
			grant_type: "refresh_token",
			client_id: client,
			refresh_token: String(body.refresh_token),
		};
		const next = await world.exchange(form);
		assert.equal(next.status, 200);
		assert.equal(next.headers.get("cache-control"), "no-store");
		assert.notEqual(next.body.refresh_token, body.refresh_token);
		assert.notEqual(next.body.access_token, body.access_token);
		assert.equal(next.body.scope, body.scope);
		world.lock(alice, 1);
		const locked = await world.exchange({ ...form, refresh_token: String(next.body.refresh_token) });
		world.lock(alice, null);
		assert.deepEqual([locked.status, locked.body.error], [503, "temporarily_unavailable"]);
		assert.ok(locked.headers.get("retry-after"));
	});

	test("what breaks inside is reported, and tells the app only to try again", async () => {
		const { params } = await world.authorize(request(client, { scope: scope(freshDevice()) }));
		world.rows("UPDATE engine_records SET payload = '{}' WHERE kind = 'AuthorizationCode'");
		const { status, body } = await world.exchange(exchangeForm(client, params.get("code") ?? ""));
		assert.deepEqual([status, body.error], [500, "server_error"]);
		assert.ok(!JSON.stringify(body).includes("stored without"));
		assert.match(String(world.reports.at(-1)), /stored without what it is bound to/);
	});

	test("a repeated parameter and an oversized body are refused", async () => {
		const twice = `${new URLSearchParams(exchangeForm(client, "a"))}&code=b`;
		for (const body of [twice, `code=${"x".repeat(200_000)}`]) {
			const headers = { "content-type": "application/x-www-form-urlencoded" };
			const response = await fetch(`${world.base}oauth2/token`, { method: "POST", body, headers });
			assert.equal(response.status, 400);
			assert.equal(((await response.json()) as { error: string }).error, "invalid_request");
		}
	});
});
