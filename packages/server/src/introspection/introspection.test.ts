import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { byPerson } from "../../test/support/actors.ts";
import {
	alice,
	client,
	openSessionWorld,
	random,
	type SessionWorld,
	scopeFor,
} from "../../test/support/session-world.ts";
import { openTemporaryStorage } from "../../test/support/storage.ts";
import { until } from "../../test/support/until.ts";
import { createIntrospection, introspectionSecret } from "./index.ts";

const secret = "the-secret-of-the-homeserver";
const form = "application/x-www-form-urlencoded";

async function serve(
	world: SessionWorld,
	findRequest?: Parameters<typeof createIntrospection>[0]["findRequest"],
) {
	const answered: boolean[] = [];
	const handle = createIntrospection({
		authenticate: world.sessions.authenticate,
		onAnswered: (active) => answered.push(active),
		clock: world.clock,
		secret,
		findRequest,
	});
	const handled: Promise<unknown>[] = [];
	const server = createServer((incoming, outgoing) => {
		handled.push(handle(incoming, outgoing).catch(() => outgoing.writeHead(500).end()));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/oauth2/introspect`;
	return {
		url,
		handled,
		/** What was counted. */
		answered,
		ask: (body: string, headers: Readonly<Record<string, string>> = {}, method = "POST") =>
			fetch(url, {
				method,
				headers: { authorization: `Bearer ${secret}`, "content-type": form, ...headers },
				...(method === "GET" ? {} : { body }),
			}),
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

test("a homeserver learns whose token it is, on which device, in both namings, for how many whole seconds", async () => {
	await using world = await openSessionWorld();
	await using server = await serve(world);
	const { accessToken } = await world.signIn();
	world.advance(1_500);
	const response = await server.ask(`token=${accessToken}&token_type_hint=access_token`);
	assert.equal(response.status, 200);
	assert.equal(response.headers.get("content-type"), "application/json");
	assert.equal(response.headers.get("cache-control"), "no-store");
	const iat = Math.floor((world.clock() - 1_500) / 1_000);
	assert.deepEqual(await response.json(), {
		active: true,
		scope: [
			"urn:matrix:client:api:*",
			"urn:matrix:client:device:DEVICEAAAA",
			"urn:matrix:org.matrix.msc2967.client:api:*",
			"urn:matrix:org.matrix.msc2967.client:device:DEVICEAAAA",
			"openid",
		].join(" "),
		client_id: client,
		username: "alice",
		device_id: "DEVICEAAAA",
		sub: alice,
		token_type: "access_token",
		iat,
		exp: iat + 300,
		expires_in: 298,
	});
});

test("who is no administrator any more has no admin scope any more, on any token", async () => {
	await using world = await openSessionWorld();
	await using server = await serve(world);
	world.rows("UPDATE accounts SET admin = 1");
	const { accessToken } = await world.signIn({ scope: `${scopeFor("DEVICEAAAA")} urn:synapse:admin:*` });
	const scopes = async () => {
		const answer = await server.ask(`token=${accessToken}`);
		return ((await answer.json()) as { scope: string }).scope.split(" ");
	};
	assert.ok((await scopes()).includes("urn:synapse:admin:*"));
	world.rows("UPDATE accounts SET admin = 0");
	assert.ok(!(await scopes()).includes("urn:synapse:admin:*"));
});

test("of a session that came along without a device none is named, and of its scope what is known", async () => {
	await using world = await openSessionWorld("synapse");
	await using server = await serve(world);
	const { accessToken } = await world.signIn();
	const ask = async (scope: string) => {
		world.rows("UPDATE sessions SET device_id = NULL, scope = ?", scope);
		return (await (await server.ask(`token=${accessToken}`)).json()) as Readonly<Record<string, unknown>>;
	};
	const both = "urn:matrix:client:api:* urn:matrix:org.matrix.msc2967.client:api:*";
	for (const api of both.split(" ")) {
		const { active, device_id: device, scope } = await ask(`email ${api} urn:mas:graphql:* openid`);
		assert.deepEqual([active, device, scope], [true, undefined, `${both} openid`]);
	}
	const administering = `${both} urn:synapse:admin:*`;
	assert.equal((await ask(administering)).scope, both);
	world.rows("UPDATE accounts SET admin = 1");
	assert.equal((await ask(administering)).scope, administering);
});

test("a wrong hint hides nothing", async () => {
	await using world = await openSessionWorld();
	await using server = await serve(world);
	const { accessToken } = await world.signIn();
	const response = await server.ask(`token=${accessToken}&token_type_hint=refresh_token`);
	assert.match(await response.text(), /"active":true/);
});

const inactive: readonly (readonly [
	string,
	(world: SessionWorld, tokens: Awaited<ReturnType<SessionWorld["signIn"]>>) => unknown,
])[] = [
	["an expired token", (world) => world.advance(300_000)],
	["a closed account's token", (world) => world.deactivate(alice)],
	[
		"a revoked token",
		(world, { accountId, sessionId }) =>
			world.sessions.end({ accountId, sessionId, reason: "revoked", actor: byPerson }),
	],
];

for (const [name, happen] of inactive) {
	test(`${name} is exactly inactive, from one moment to the next`, async () => {
		await using world = await openSessionWorld();
		await using server = await serve(world);
		const tokens = await world.signIn();
		assert.match(await (await server.ask(`token=${tokens.accessToken}`)).text(), /"active":true/);
		await happen(world, tokens);
		const response = await server.ask(`token=${tokens.accessToken}`);
		assert.equal(response.status, 200);
		assert.equal(await response.text(), '{"active":false}');
	});
}

test("of a locked person's token no homeserver learns that it is worth nothing: it waits, expired or not", async () => {
	await using world = await openSessionWorld();
	await using server = await serve(world);
	const { accessToken } = await world.signIn();
	world.lock(alice, 1);
	for (const passed of [0, 300_000]) {
		world.advance(passed);
		const response = await server.ask(`token=${accessToken}`);
		assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "30"]);
		assert.equal(response.headers.get("cache-control"), "no-store");
		assert.equal(((await response.json()) as { error: string }).error, "temporarily_unavailable");
	}
	assert.deepEqual(server.answered, [false, false]);
	world.advance(-300_000);
	world.lock(alice, null);
	assert.match(await (await server.ask(`token=${accessToken}`)).text(), /"active":true/);
	assert.deepEqual(server.answered, [false, false, true]);
});

test("refresh tokens, noise and the empty token are exactly inactive", async () => {
	await using world = await openSessionWorld();
	await using server = await serve(world);
	const { refreshToken } = await world.signIn();
	for (const token of [refreshToken, "mat_x", "", "%00", "a".repeat(60_000)]) {
		const response = await server.ask(`token=${token}`);
		assert.equal(response.status, 200);
		assert.equal(await response.text(), '{"active":false}');
	}
});

test("without the exact secret nothing is said about a token", async () => {
	await using world = await openSessionWorld();
	await using server = await serve(world);
	const { accessToken } = await world.signIn();
	const wrong = [
		"",
		"Bearer",
		"Bearer ",
		`Basic ${secret}`,
		`Bearer ${secret}x`,
		`Bearer ${secret.slice(1)}`,
		`Bearer ${secret.slice(0, -1)}`,
		`Bearer ${secret[0]}`,
		`Bearer x${secret.slice(1)}`,
		`Bearer ${secret.slice(0, -1)}x`,
		`Bearer ${secret} ${secret}`,
		`x Bearer ${secret}`,
		secret,
	];
	// What was right before must not help what comes after it.
	assert.equal((await server.ask(`token=${accessToken}`)).status, 200);
	for (const authorization of wrong) {
		const response = await server.ask(`token=${accessToken}`, { authorization });
		assert.equal(response.status, 401, authorization);
		assert.equal(response.headers.get("www-authenticate"), "Bearer");
		assert.equal(((await response.json()) as { error: string }).error, "access_denied");
	}
});

test("only a POST with a plain form that holds one token is answered, and others are told why", async () => {
	await using world = await openSessionWorld();
	await using server = await serve(world);
	const { accessToken } = await world.signIn();
	const token = `token=${accessToken}`;
	const refused = [
		[405, await server.ask(token, {}, "GET")],
		[405, await server.ask(token, {}, "PUT")],
		[400, await server.ask(token, { "content-type": "application/json" })],
		[400, await server.ask(token, { "content-type": `${form}x` })],
		[400, await server.ask(token, { "content-type": `x-${form}` })],
		[400, await server.ask(token, { "content-encoding": "gzip" })],
		[400, await server.ask("tokens=x")],
		[400, await server.ask(`x${token}`)],
		[400, await server.ask(`${token}&${token}`)],
		[400, await server.ask(`${token}&token_type_hint=access_token&${token}`)],
		[413, await server.ask(`${token}&x=${"x".repeat(64 * 1024)}`)],
	] as const;
	for (const [status, answer] of refused) {
		assert.equal(answer.status, status);
		assert.equal(answer.headers.get("allow"), status === 405 ? "POST" : null);
		assert.equal(answer.headers.get("connection"), status === 413 ? "close" : "keep-alive");
		assert.equal(answer.headers.get("cache-control"), "no-store");
		assert.ok(Number(answer.headers.get("content-length")) > 0);
		const body = (await answer.json()) as { error: string; error_description: string };
		assert.equal(body.error, "invalid_request");
		assert.ok(body.error_description.length > 0);
	}
	assert.deepEqual(server.answered, [], "nothing was said about a token");
	for (const type of [`${form}; charset=utf-8`, form.toUpperCase()])
		assert.equal((await server.ask(token, { "content-type": type })).status, 200);
});

test("a form of 64 KiB is read, in however many pieces it comes, and one byte more is too large", async () => {
	await using world = await openSessionWorld();
	await using server = await serve(world);
	const { accessToken } = await world.signIn();
	const token = `&token=${accessToken}`;
	const whole = (bytes: number) => `x=${"x".repeat(bytes - token.length - 2)}${token}`;
	assert.match(await (await server.ask(whole(64 * 1024))).text(), /"active":true/);
	assert.equal((await server.ask(whole(64 * 1024 + 1))).status, 413);
	/** Without a length that says so before. */
	const inPieces = async (sent: string) => {
		const headers = { authorization: `Bearer ${secret}`, "content-type": form };
		const sending = request(server.url, { method: "POST", headers });
		for (let from = 0; from < sent.length; from += 10_000) {
			sending.write(sent.slice(from, from + 10_000));
			await new Promise((resolve) => setImmediate(resolve));
		}
		sending.end();
		const [answer] = await once(sending, "response");
		return `${answer.statusCode} ${await text(answer)}`;
	};
	assert.match(await inPieces(whole(64 * 1024)), /^200 .*"active":true/);
	assert.match(await inPieces(whole(64 * 1024 + 1)), /^413 /);
});

test("who says that too much is to come is answered before it comes", async () => {
	await using world = await openSessionWorld();
	await using server = await serve(world);
	const headers = { authorization: `Bearer ${secret}`, "content-type": form, "content-length": "65537" };
	const sending = request(server.url, { method: "POST", headers });
	const answered = once(sending, "response");
	sending.write("token=");
	const [answer] = await answered;
	assert.equal(answer.statusCode, 413);
	sending.destroy();
});

test("a caller that leaves before the end of its body harms nobody", async () => {
	await using world = await openSessionWorld();
	await using server = await serve(world);
	const { accessToken } = await world.signIn();
	const headers = { authorization: `Bearer ${secret}`, "content-type": form, "content-length": "1000" };
	const leaving = request(server.url, { method: "POST", headers });
	const left = new Promise((resolve) => leaving.on("error", resolve));
	leaving.write("token=", () => leaving.destroy());
	await left;
	await until(() => server.handled.length === 1);
	await Promise.all(server.handled);
	assert.deepEqual(server.answered, []);
	assert.equal((await server.ask(`token=${accessToken}`)).status, 200);
});

test("the secret is made at the first start and stays", async (t) => {
	const storage = await openTemporaryStorage();
	t.after(() => storage.close());
	const [first, second] = await Promise.all([
		introspectionSecret(storage, random),
		introspectionSecret(storage, random),
	]);
	assert.equal(second, first);
	assert.equal(await introspectionSecret(storage, random), first);
	assert.equal(first.length, 43, "256 bits");
	const stored = storage.write(({ settings }) => settings.getOrKeep("introspection-secret", "another"));
	assert.equal(await stored, first, "under another name it would be a new one after an upgrade");
});

test("of a token that was bought for one request that is looked for, and for nothing of any other token", async () => {
	await using world = await openSessionWorld();
	const looked: string[] = [];
	await using server = await serve(world, async (reference) => {
		looked.push(reference);
		return undefined;
	});
	await using alone = await serve(world);
	const ask = async (accessToken: string, asked = server) =>
		(await (await asked.ask(`token=${accessToken}`)).json()) as Readonly<Record<string, unknown>>;
	const { accessToken, deviceId } = await world.signIn();
	assert.equal((await ask(accessToken)).active, true);
	const elevated = async (acr: string) => {
		const at = world.clock();
		const outcome = await world.sessions.elevate(
			{ accountId: alice, clientId: client, deviceId, event: { acr, at } },
			async () => true,
		);
		assert.ok(outcome.ok);
		return outcome.tokens.accessToken;
	};
	assert.equal((await ask(await elevated("urn:example:strong"))).acr, "urn:example:strong");
	assert.equal((await ask("no token")).active, false);
	assert.deepEqual(looked, []);
	const bought = await elevated("urn:countersign:acr:approved:r-1");
	const told = await ask(bought);
	assert.deepEqual([told.active, told.acr, told.auth_time], [true, undefined, world.clock() / 1_000]);
	assert.deepEqual(looked, ["r-1"]);
	assert.equal((await ask(bought, alone)).acr, undefined);
});
