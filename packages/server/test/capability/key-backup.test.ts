import assert from "node:assert/strict";
import { test } from "node:test";
import { type App, openHomeserverWorld } from "../support/homeserver-world.ts";

const algorithm = "m.megolm_backup.v1.curve25519-aes-sha2";
const authData = { public_key: "abc", signatures: { "@alice:example.org": { "ed25519:A": "s" } } };
const key = (changes: Readonly<Record<string, unknown>> = {}) => ({
	first_message_index: 5,
	forwarded_count: 2,
	is_verified: false,
	session_data: { ciphertext: "c" },
	...changes,
});
const create = async (app: App): Promise<string> =>
	(await app.call("POST", "room_keys/version", { algorithm, auth_data: authData })).body.version;
const room = encodeURIComponent("!room:example.org");

test("without a backup everything is 404 M_NOT_FOUND", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	for (const [method, path, body] of [
		["GET", "room_keys/version"],
		["GET", "room_keys/version/1"],
		["PUT", "room_keys/version/1", { algorithm, auth_data: {} }],
		["DELETE", "room_keys/version/1"],
		["GET", "room_keys/keys?version=1"],
		["DELETE", "room_keys/keys?version=1"],
		["PUT", "room_keys/keys?version=1", { rooms: {} }],
		["GET", "room_keys/version/x"],
	] as const) {
		const answer = await alice.call(method, path, body);
		assert.deepEqual([method, path, answer.status, answer.body.errcode], [method, path, 404, "M_NOT_FOUND"]);
	}
});

test("a backup survives a restart with its keys, count and etag", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const version = await create(alice);
	await alice.call("PUT", `room_keys/keys/${room}/s1?version=${version}`, key());
	const before = (await alice.call("GET", "room_keys/version")).body;
	await world.restart();
	const { body } = await alice.call("GET", "room_keys/version");
	assert.deepEqual(body, before);
	assert.deepEqual(body, { algorithm, auth_data: authData, count: 1, etag: before.etag, version });
	assert.equal(typeof body.etag, "string");
	assert.deepEqual((await alice.call("GET", `room_keys/keys/${room}/s1?version=${version}`)).body, key());
});

test("a new version gets a number never used before, and the newest is the one in use", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const [first, second] = [await create(alice), await create(alice)];
	assert.equal((await alice.call("GET", "room_keys/version")).body.version, second);
	await alice.call("DELETE", `room_keys/version/${second}`);
	// To the app that deleted it none is left; with the older one it would begin anew, again and again.
	assert.equal((await alice.call("GET", "room_keys/version")).status, 404);
	const third = await create(alice);
	assert.equal(new Set([first, second, third]).size, 3);
});

test("a version can be deleted twice and is gone after the first time", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const version = await create(alice);
	await alice.call("PUT", `room_keys/keys/${room}/s1?version=${version}`, key());
	for (let time = 0; time < 2; time++)
		assert.equal((await alice.call("DELETE", `room_keys/version/${version}`)).status, 200);
	for (const path of [`room_keys/version/${version}`, `room_keys/keys?version=${version}`])
		assert.equal((await alice.call("GET", path)).status, 404);
});

test("only auth_data of a version can be changed", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const version = await create(alice);
	const put = async (body: unknown) => {
		const answer = await alice.call("PUT", `room_keys/version/${version}`, body);
		return answer.body.errcode ?? answer.status;
	};
	assert.equal(await put({ algorithm: "other", auth_data: {} }), "M_INVALID_PARAM");
	assert.equal(await put({ algorithm, auth_data: {}, version: "7" }), "M_INVALID_PARAM");
	assert.equal(await put({ algorithm }), "M_MISSING_PARAM");
	assert.equal(await put({ algorithm, auth_data: { public_key: "new" }, version }), 200);
	const { body } = await alice.call("GET", `room_keys/version/${version}`);
	assert.deepEqual(body.auth_data, { public_key: "new" });
});

test("keys are written to the newest version only, and the answer names it", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const [old, current] = [await create(alice), await create(alice)];
	for (const version of [old, "77", "nonsense"]) {
		const { status, body } = await alice.call("PUT", `room_keys/keys?version=${version}`, { rooms: {} });
		assert.equal(status, 403);
		assert.equal(body.errcode, "M_WRONG_ROOM_KEYS_VERSION");
		assert.equal(body.current_version, current);
	}
	const without = await alice.call("PUT", "room_keys/keys", { rooms: {} });
	assert.deepEqual([without.status, without.body.errcode], [400, "M_MISSING_PARAM"]);
});

test("keys can be written, read and deleted all together, by room and one by one", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const at = `?version=${await create(alice)}`;
	const rooms = { "!a:example.org": { sessions: { s1: key(), s2: key() } } };
	const put = async (path: string, body: unknown) => (await alice.call("PUT", `${path}${at}`, body)).body;
	const get = async (path: string) => (await alice.call("GET", `${path}${at}`)).body;
	const remove = async (path: string) => (await alice.call("DELETE", `${path}${at}`)).body;
	assert.equal((await put("room_keys/keys", { rooms })).count, 2);
	assert.equal((await put(`room_keys/keys/${room}`, { sessions: { s1: key() } })).count, 3);
	assert.equal((await put(`room_keys/keys/${room}/s%2F2`, key())).count, 4);
	const all = await get("room_keys/keys");
	assert.deepEqual(all.rooms["!a:example.org"], rooms["!a:example.org"]);
	assert.deepEqual(await get(`room_keys/keys/${room}`), { sessions: { s1: key(), "s/2": key() } });
	assert.deepEqual(await get(`room_keys/keys/${room}/s%2F2`), key());
	assert.equal((await remove(`room_keys/keys/${room}/s1`)).count, 3);
	assert.equal((await get(`room_keys/keys/${room}/s1`)).errcode, "M_NOT_FOUND");
	assert.equal((await remove(`room_keys/keys/${room}`)).count, 2);
	assert.deepEqual(await get(`room_keys/keys/${room}`), { sessions: {} });
	assert.equal((await remove("room_keys/keys")).count, 0);
	assert.deepEqual(await get("room_keys/keys"), { rooms: {} });
});

test("the etag changes when a key changes, and only then", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const path = `room_keys/keys/${room}/s1?version=${await create(alice)}`;
	const etag = async (method: string, body?: unknown) => (await alice.call(method, path, body)).body.etag;
	const stored = await etag("PUT", key());
	assert.equal(await etag("PUT", key()), stored);
	assert.equal(await etag("PUT", key({ first_message_index: 6 })), stored);
	const better = await etag("PUT", key({ first_message_index: 1 }));
	assert.notEqual(better, stored);
	const deleted = await etag("DELETE");
	assert.notEqual(deleted, better);
	assert.equal(await etag("DELETE"), deleted);
});

test("one bad key refuses the whole upload", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const version = await create(alice);
	for (const bad of [
		key({ first_message_index: -1 }),
		key({ forwarded_count: 1.5 }),
		key({ is_verified: 1 }),
		key({ session_data: "text" }),
		{},
		[],
	]) {
		const rooms = { "!a:example.org": { sessions: { good: key(), bad } } };
		const { status, body } = await alice.call("PUT", `room_keys/keys?version=${version}`, { rooms });
		assert.deepEqual([status, body.errcode], [400, "M_BAD_JSON"]);
	}
	assert.equal((await alice.call("GET", "room_keys/version")).body.count, 0);
});

test("a batch of more than 64 KiB is taken, one of more than a MiB is not", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const version = await create(alice);
	const batch = (count: number) => ({
		rooms: {
			"!a:example.org": {
				sessions: Object.fromEntries(
					Array.from({ length: count }, (_, n) => [`s${n}`, key({ session_data: { c: "x".repeat(500) } })]),
				),
			},
		},
	});
	const put = (count: number) => alice.call("PUT", `room_keys/keys?version=${version}`, batch(count));
	assert.equal((await put(300)).body.count, 300);
	const { status, body } = await put(1_800);
	assert.deepEqual([status, body.errcode], [413, "M_TOO_LARGE"]);
});

test("another person's backup is not there", async () => {
	await using world = await openHomeserverWorld();
	const [alice, bob] = [await world.signIn("alice", "AAAAAAAAAA"), await world.signIn("bob", "BBBBBBBBBB")];
	const version = await create(alice);
	await alice.call("PUT", `room_keys/keys/${room}/s1?version=${version}`, key());
	assert.equal((await bob.call("GET", "room_keys/version")).status, 404);
	assert.equal((await bob.call("GET", `room_keys/keys?version=${version}`)).status, 404);
	assert.equal((await bob.call("DELETE", `room_keys/version/${version}`)).status, 404);
	assert.equal((await alice.call("GET", "room_keys/version")).body.count, 1);
});
