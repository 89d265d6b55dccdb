import assert from "node:assert/strict";
import { request } from "node:http";
import { describe, test } from "node:test";
import { byPerson } from "../support/actors.ts";
import { type Answer, type HomeserverWorld, openHomeserverWorld } from "../support/homeserver-world.ts";

async function anonymous(
	world: HomeserverWorld,
	path: string,
	init: RequestInit = {},
): Promise<Answer & { readonly text: string }> {
	const response = await fetch(`${world.base}${path}`, init);
	const text = await response.text();
	return {
		status: response.status,
		text,
		body: text === "" ? undefined : JSON.parse(text),
		headers: response.headers,
	};
}

const whoami = "/_matrix/client/v3/account/whoami";
const upload = "keys/device_signing/upload";

function refusedWith(answer: Answer, status: number, errcode: string): void {
	assert.deepEqual([answer.status, answer.body.errcode], [status, errcode]);
	assert.equal(typeof answer.body.error, "string");
	assert.equal(answer.headers.get("access-control-allow-origin"), "*");
}

describe("where things are", () => {
	test("the well-known document names the public base", async () => {
		await using world = await openHomeserverWorld();
		const { status, body, headers } = await anonymous(world, "/.well-known/matrix/client");
		assert.equal(status, 200);
		assert.deepEqual(body, { "m.homeserver": { base_url: "https://auth.example.org/" } });
		assert.equal(headers.get("access-control-allow-origin"), "*");
	});

	test("versions reach the OAuth API, v1.15, and name what is served before the specification has it", async () => {
		await using world = await openHomeserverWorld();
		const { body } = await anonymous(world, "/_matrix/client/versions");
		assert.ok(body.versions.includes("v1.1") && body.versions.includes("v1.15"));
		assert.deepEqual(body.unstable_features, {
			"org.matrix.e2e_cross_signing": true,
			"org.matrix.msc4108": true,
			"org.matrix.simplified_msc3575": true,
		});
	});

	test("the authorization server's metadata is served unchanged, under both names", async () => {
		await using world = await openHomeserverWorld();
		for (const place of ["v1", "unstable/org.matrix.msc2965"]) {
			const { status, body } = await anonymous(world, `/_matrix/client/${place}/auth_metadata`);
			assert.equal(status, 200);
			assert.equal(body.account_management_uri, "https://auth.example.org/account/");
		}
		const issuer = await anonymous(world, "/_matrix/client/unstable/org.matrix.msc2965/auth_issuer");
		assert.deepEqual(issuer.body, { issuer: "https://auth.example.org/" });
	});

	test("whoami names user and device of the token", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "DEVICEAAAA");
		const { body } = await alice.call("GET", "account/whoami");
		assert.deepEqual(body, {
			user_id: "@alice:example.org",
			device_id: "DEVICEAAAA",
			is_guest: false,
		});
	});
});

describe("who calls", () => {
	test("no token is 401 M_MISSING_TOKEN", async () => {
		await using world = await openHomeserverWorld();
		refusedWith(await anonymous(world, whoami), 401, "M_MISSING_TOKEN");
	});

	test("a token in the query is refused, even beside a good header", async () => {
		await using world = await openHomeserverWorld();
		const { accessToken } = await world.signIn("alice", "DEVICEAAAA");
		refusedWith(await anonymous(world, `${whoami}?access_token=${accessToken}`), 401, "M_MISSING_TOKEN");
		const headers = { authorization: `Bearer ${accessToken}` };
		const both = await anonymous(world, `${whoami}?access_token=${accessToken}`, { headers });
		refusedWith(both, 401, "M_MISSING_TOKEN");
	});

	test("two Authorization headers are refused, whichever of them is good", async () => {
		await using world = await openHomeserverWorld();
		const { accessToken } = await world.signIn("alice", "DEVICEAAAA");
		const good = `Bearer ${accessToken}`;
		for (const pair of [
			[good, "Bearer other"],
			["Bearer other", good],
			[good, good],
		]) {
			assert.equal(await statusOfRaw(world, pair), 401);
		}
		assert.equal(await statusOfRaw(world, [good]), 200);
	});

	test("another scheme than Bearer is refused", async () => {
		await using world = await openHomeserverWorld();
		const { accessToken } = await world.signIn("alice", "DEVICEAAAA");
		for (const authorization of [accessToken, `Basic ${accessToken}`, `Bearer ${accessToken} x`, "Bearer "]) {
			refusedWith(await anonymous(world, whoami, { headers: { authorization } }), 401, "M_MISSING_TOKEN");
		}
	});

	test("an unknown token says soft_logout false", async () => {
		await using world = await openHomeserverWorld();
		const answer = await anonymous(world, whoami, { headers: { authorization: "Bearer mat_nobody" } });
		refusedWith(answer, 401, "M_UNKNOWN_TOKEN");
		assert.equal(answer.body.soft_logout, false);
	});

	test("an expired token says soft_logout true, so that the app refreshes and keeps its keys", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "DEVICEAAAA");
		world.advance(301_000);
		const answer = await alice.call("GET", "account/whoami");
		refusedWith(answer, 401, "M_UNKNOWN_TOKEN");
		assert.equal(answer.body.soft_logout, true);
	});

	test("an ended session says soft_logout false", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "DEVICEAAAA");
		await world.sessions.end({
			sessionId: alice.sessionId,
			accountId: alice.accountId,
			reason: "signed-out",
			actor: byPerson,
		});
		const answer = await alice.call("GET", "account/whoami");
		refusedWith(answer, 401, "M_UNKNOWN_TOKEN");
		assert.equal(answer.body.soft_logout, false);
	});

	test("a locked account is 401 M_USER_LOCKED with soft_logout true", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "DEVICEAAAA");
		world.lock(alice.accountId);
		const answer = await alice.call("GET", "account/whoami");
		refusedWith(answer, 401, "M_USER_LOCKED");
		assert.equal(answer.body.soft_logout, true);
	});

	test("a token without the client API's scope opens nothing", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "DEVICEAAAA", "openid");
		refusedWith(await alice.call("GET", "account/whoami"), 401, "M_UNKNOWN_TOKEN");
	});

	test("unstable scope names count as well", async () => {
		await using world = await openHomeserverWorld();
		const prefix = "urn:matrix:org.matrix.msc2967.client";
		const alice = await world.signIn("alice", "DEVICEAAAA", `${prefix}:api:* ${prefix}:device:DEVICEAAAA`);
		assert.equal((await alice.call("GET", "account/whoami")).status, 200);
	});
});

describe("every answer", () => {
	test("OPTIONS runs no logic and needs no token, also below unknown paths", async () => {
		await using world = await openHomeserverWorld();
		for (const path of [whoami, "/_matrix/client/v3/keys/upload", "/_matrix/client/v3/nothing"]) {
			const { status, headers } = await anonymous(world, path, { method: "OPTIONS" });
			assert.equal(status, 204);
			assert.equal(headers.get("access-control-allow-origin"), "*");
			assert.match(headers.get("access-control-allow-methods") ?? "", /OPTIONS/);
			assert.match(headers.get("access-control-allow-headers") ?? "", /Authorization/);
		}
	});

	test("scripts may read Retry-After and WWW-Authenticate of errors", async () => {
		await using world = await openHomeserverWorld();
		const { headers } = await anonymous(world, whoami);
		assert.equal(headers.get("access-control-expose-headers"), "ETag, Retry-After, WWW-Authenticate");
	});

	test("what is not served is 404 M_UNRECOGNIZED: login, register, rooms", async () => {
		await using world = await openHomeserverWorld();
		for (const path of ["login", "register", "createRoom", "rooms/!r:example.org/messages"]) {
			refusedWith(await anonymous(world, `/_matrix/client/v3/${path}`), 404, "M_UNRECOGNIZED");
			const post = await anonymous(world, `/_matrix/client/v3/${path}`, { method: "POST", body: "{}" });
			refusedWith(post, 404, "M_UNRECOGNIZED");
		}
		refusedWith(await anonymous(world, "/_matrix/federation/v1/version"), 404, "M_UNRECOGNIZED");
	});

	test("the wrong method is 405 M_UNRECOGNIZED, before any token is looked at", async () => {
		await using world = await openHomeserverWorld();
		refusedWith(await anonymous(world, "/_matrix/client/v3/keys/upload"), 405, "M_UNRECOGNIZED");
		const wrong = await anonymous(world, whoami, { method: "DELETE" });
		refusedWith(wrong, 405, "M_UNRECOGNIZED");
		assert.equal(wrong.headers.get("allow"), "GET, OPTIONS");
	});
});

describe("a body", () => {
	for (const path of ["keys/upload", "keys/query", "keys/claim", "keys/signatures/upload", upload]) {
		test(`of ${path} must be a JSON object in UTF-8, not too long, not packed`, async () => {
			await using world = await openHomeserverWorld();
			const alice = await world.signIn("alice", "DEVICEAAAA");
			const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
				anonymous(world, `/_matrix/client/v3/${path}`, {
					method: "POST",
					body,
					headers: { authorization: `Bearer ${alice.accessToken}`, ...headers },
				});
			refusedWith(await post("{"), 400, "M_NOT_JSON");
			refusedWith(await post(""), 400, "M_NOT_JSON");
			refusedWith(await post("\ufeff{}"), 400, "M_NOT_JSON");
			refusedWith(await post(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])), 400, "M_NOT_JSON");
			refusedWith(await post("{}", { "content-encoding": "gzip" }), 400, "M_NOT_JSON");
			for (const other of ["[]", "null", '"x"', "1"]) refusedWith(await post(other), 400, "M_BAD_JSON");
			refusedWith(await post(JSON.stringify({ x: "x".repeat(70_000) })), 413, "M_TOO_LARGE");
		});
	}

	test("that is signed or approved must have one reading only", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "DEVICEAAAA");
		for (const path of [upload, "keys/upload", "keys/signatures/upload"]) {
			for (const text of ['{"a":1,"a":2}', '{"a":1.5}', '{"a":-0}', '{"a":"\\ud800"}']) {
				refusedWith(await alice.call("POST", path, text), 400, "M_BAD_JSON");
			}
		}
	});

	test("needs no Content-Type", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "DEVICEAAAA");
		const response = await fetch(`${world.base}/_matrix/client/v3/keys/query`, {
			method: "POST",
			body: Buffer.from(JSON.stringify({ device_keys: {} })),
			headers: { authorization: `Bearer ${alice.accessToken}` },
		});
		assert.equal(response.status, 200);
		assert.equal(response.headers.get("content-type"), "application/json");
	});
});

/** `fetch` would join the two headers itself. */
function statusOfRaw(world: HomeserverWorld, authorization: readonly string[]): Promise<number | undefined> {
	return new Promise((resolve, reject) => {
		const headers = ["Host", "localhost", ...authorization.flatMap((value) => ["Authorization", value])];
		const sent = request(`${world.base}${whoami}`, { headers, setHost: false }, (response) => {
			response.resume();
			resolve(response.statusCode);
		});
		sent.on("error", reject).end();
	});
}
