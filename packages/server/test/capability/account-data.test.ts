import assert from "node:assert/strict";
import { test } from "node:test";
import { openHomeserverWorld } from "../support/homeserver-world.ts";

test("account data is kept whole, replaced whole, and survives a restart", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const path = `user/${encodeURIComponent(alice.userId)}/account_data/m.secret_storage.key.a%2Fb`;
	assert.equal((await alice.call("GET", path)).body.errcode, "M_NOT_FOUND");
	assert.deepEqual((await alice.call("PUT", path, { old: 1, gone: true })).body, {});
	const content = '{"__proto__":{"x":1},"nested":{"n":null,"t":"\\u0000\\ud83d\\ude00"}}';
	assert.equal((await alice.call("PUT", path, content)).status, 200);
	await world.restart();
	const { status, body } = await alice.call("GET", path);
	assert.equal(status, 200);
	assert.equal(JSON.stringify(body), JSON.stringify(JSON.parse(content)));
});

test("account data of somebody else can neither be read nor written", async () => {
	await using world = await openHomeserverWorld();
	const [alice, bob] = [await world.signIn("alice", "AAAAAAAAAA"), await world.signIn("bob", "BBBBBBBBBB")];
	const path = `user/${alice.userId}/account_data/m.cross_signing.master`;
	await alice.call("PUT", path, { mine: true });
	for (const answer of [await bob.call("GET", path), await bob.call("PUT", path, {})])
		assert.deepEqual([answer.status, answer.body.errcode], [403, "M_FORBIDDEN"]);
	assert.deepEqual((await alice.call("GET", path)).body, { mine: true });
});

test("types the server keeps itself are refused with 405 M_BAD_JSON", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	for (const type of ["m.fully_read", "m.push_rules"]) {
		const { status, body } = await alice.call("PUT", `user/${alice.userId}/account_data/${type}`, {});
		assert.deepEqual([status, body.errcode], [405, "M_BAD_JSON"]);
	}
});

test("account data that is no object, too large, or badly named is refused", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const put = async (type: string, body: unknown) => {
		const answer = await alice.call("PUT", `user/${alice.userId}/account_data/${type}`, body);
		return [answer.status, answer.body.errcode];
	};
	assert.deepEqual(await put("a", "[]"), [400, "M_BAD_JSON"]);
	assert.deepEqual(await put("a", "{"), [400, "M_NOT_JSON"]);
	assert.deepEqual(await put("a", { text: "x".repeat(64 * 1024) }), [413, "M_TOO_LARGE"]);
	assert.deepEqual(await put("a".repeat(256), {}), [400, "M_INVALID_PARAM"]);
	assert.equal((await alice.call("GET", `user/${alice.userId}/account_data/a`)).status, 404);
});

test("push rules are told like account data, at the first sync and never again", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const { body: rules } = await alice.call("GET", "pushrules/");
	assert.equal(rules.global.override[0].rule_id, ".m.rule.master");
	const path = `user/${alice.userId}/account_data/m.push_rules`;
	assert.deepEqual((await alice.call("GET", path)).body, rules);
	const first = await alice.call("GET", "sync");
	assert.deepEqual(first.body.account_data.events, [{ type: "m.push_rules", content: rules }]);
	const next = await alice.call("GET", `sync?since=${first.body.next_batch}`);
	assert.deepEqual(next.body.account_data.events, []);
	const others = encodeURIComponent(JSON.stringify({ account_data: { not_types: ["m.push_rules"] } }));
	const filtered = await alice.call("GET", `sync?filter=${others}`);
	assert.deepEqual(filtered.body.account_data.events, []);
});

test("account data of a room is not served, for there are no rooms", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const path = `user/${alice.userId}/rooms/!r:example.org/account_data/m.tag`;
	const { status, body } = await alice.call("PUT", path, {});
	assert.deepEqual([status, body.errcode], [404, "M_UNRECOGNIZED"]);
});
