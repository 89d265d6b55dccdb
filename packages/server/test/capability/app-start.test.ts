import assert from "node:assert/strict";
import { test } from "node:test";
import { openHomeserverWorld } from "../support/homeserver-world.ts";

test("an app that starts learns what it may offer", async () => {
	await using world = await openHomeserverWorld();
	const { body } = await (await world.signIn("alice", "AAAAAAAAAA")).call("GET", "capabilities");
	const off = { enabled: false };
	const on = { enabled: true };
	assert.deepEqual(body, {
		capabilities: {
			...{ "m.3pid_changes": off, "m.change_password": off, "m.get_login_token": off },
			...{ "m.set_avatar_url": on, "m.set_displayname": on },
			"m.profile_fields": { enabled: true, allowed: ["avatar_url", "displayname"] },
		},
	});
});

test("the push rules are the predefined ones, for this person", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const { body } = await alice.call("GET", "pushrules/");
	assert.deepEqual(Object.keys(body.global).sort(), ["content", "override", "room", "sender", "underride"]);
	const rules = [...body.global.override, ...body.global.underride];
	assert.equal(new Set(rules.map((rule) => rule.rule_id)).size, rules.length);
	assert.deepEqual(
		rules.filter((rule) => !rule.enabled).map((rule) => rule.rule_id),
		[".m.rule.master"],
	);
	const invite = rules.find((rule) => rule.rule_id === ".m.rule.invite_for_me");
	assert.equal(invite.conditions.at(-1).pattern, alice.userId);
	assert.deepEqual((await alice.call("GET", "pushrules/global/")).body, body.global);
});

test("a filter comes back under its id, is kept once, and only for its owner", async () => {
	await using world = await openHomeserverWorld();
	const [alice, bob] = [await world.signIn("alice", "AAAAAAAAAA"), await world.signIn("bob", "BBBBBBBBBB")];
	const path = `user/${alice.userId}/filter`;
	const filter = { room: { timeline: { limit: 8 } } };
	const { filter_id } = (await alice.call("POST", path, filter)).body;
	assert.equal((await alice.call("POST", path, filter)).body.filter_id, filter_id);
	assert.doesNotMatch(filter_id, /^\{/);
	await world.restart();
	assert.deepEqual((await alice.call("GET", `${path}/${filter_id}`)).body, filter);
	assert.equal((await alice.call("GET", `${path}/none`)).status, 404);
	assert.equal((await bob.call("GET", `${path}/${filter_id}`)).status, 403);
	assert.equal((await bob.call("GET", `user/${bob.userId}/filter/${filter_id}`)).status, 404);
	assert.equal((await alice.call("POST", path, { room: [] })).body.errcode, "M_BAD_JSON");
});

test("a display name is set, seen by others, and taken away", async () => {
	await using world = await openHomeserverWorld();
	const [alice, bob] = [await world.signIn("alice", "AAAAAAAAAA"), await world.signIn("bob", "BBBBBBBBBB")];
	const profile = `profile/${alice.userId}`;
	assert.deepEqual((await bob.call("GET", profile)).body, {});
	assert.equal((await bob.call("GET", `${profile}/displayname`)).status, 404);
	await alice.call("PUT", `${profile}/displayname`, { displayname: "Alice <b>" });
	await world.restart();
	assert.deepEqual((await bob.call("GET", profile)).body, { displayname: "Alice <b>" });
	assert.deepEqual((await bob.call("GET", `${profile}/displayname`)).body, { displayname: "Alice <b>" });
	await alice.call("PUT", `${profile}/displayname`, { displayname: null });
	assert.deepEqual((await bob.call("GET", profile)).body, {});
});

test("a display name is the person's own, and has a limit", async () => {
	await using world = await openHomeserverWorld();
	const [alice, bob] = [await world.signIn("alice", "AAAAAAAAAA"), await world.signIn("bob", "BBBBBBBBBB")];
	const path = `profile/${alice.userId}/displayname`;
	assert.equal((await bob.call("PUT", path, { displayname: "x" })).body.errcode, "M_FORBIDDEN");
	assert.equal((await alice.call("PUT", path, {})).body.errcode, "M_MISSING_PARAM");
	assert.equal((await alice.call("PUT", path, { displayname: 1 })).body.errcode, "M_BAD_JSON");
	const long = await alice.call("PUT", path, { displayname: "x".repeat(257) });
	assert.deepEqual([long.status, long.body.errcode], [413, "M_TOO_LARGE"]);
});

test("an avatar is set, seen by others beside the name, and taken away", async () => {
	await using world = await openHomeserverWorld();
	const [alice, bob] = [await world.signIn("alice", "AAAAAAAAAA"), await world.signIn("bob", "BBBBBBBBBB")];
	const profile = `profile/${alice.userId}`;
	const avatar = { avatar_url: "mxc://media.example.org:8448/AbC_1-2" };
	assert.equal((await bob.call("GET", `${profile}/avatar_url`)).body.errcode, "M_NOT_FOUND");
	await alice.call("PUT", `${profile}/displayname`, { displayname: "Alice" });
	assert.deepEqual((await alice.call("PUT", `${profile}/avatar_url`, avatar)).body, {});
	await world.restart();
	assert.deepEqual((await bob.call("GET", profile)).body, { displayname: "Alice", ...avatar });
	assert.deepEqual((await bob.call("GET", `${profile}/avatar_url`)).body, avatar);
	await alice.call("PUT", `${profile}/avatar_url`, { avatar_url: "" });
	assert.deepEqual((await bob.call("GET", profile)).body, { displayname: "Alice" });
});

test("an avatar is the person's own, in a content repository, and no longer than an address", async () => {
	await using world = await openHomeserverWorld();
	const [alice, bob] = [await world.signIn("alice", "AAAAAAAAAA"), await world.signIn("bob", "BBBBBBBBBB")];
	const path = `profile/${alice.userId}/avatar_url`;
	const errcodeOf = async (app: typeof alice, body: unknown) =>
		(await app.call("PUT", path, body)).body.errcode;
	assert.equal(await errcodeOf(bob, { avatar_url: "mxc://example.org/a" }), "M_FORBIDDEN");
	assert.equal(await errcodeOf(alice, {}), "M_MISSING_PARAM");
	assert.equal(await errcodeOf(alice, { avatar_url: 1 }), "M_BAD_JSON");
	for (const url of [
		"https://tracker.example/alice.png",
		"mxc:example.org/a",
		"mxc://example.org",
		"mxc://example.org/",
		"mxc://example.org/a/../b",
		"mxc://example.org/a?b",
		"mxc:///a",
		"MXC://example.org/a",
	])
		assert.equal(await errcodeOf(alice, { avatar_url: url }), "M_INVALID_PARAM", url);
	const ofLength = (length: number) => ({ avatar_url: "mxc://example.org/".padEnd(length, "a") });
	assert.equal(await errcodeOf(alice, ofLength(1_001)), "M_TOO_LARGE");
	assert.equal(await errcodeOf(alice, ofLength(1_000)), undefined);
});

test("a closed account keeps no avatar where it was to be erased", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	await alice.call("PUT", `profile/${alice.userId}/avatar_url`, { avatar_url: "mxc://example.org/a" });
	const avatar = async () => (await world.storage.read.profiles.ofLocalpart("alice"))?.avatarUrl;
	await world.storage.write((unit) => unit.homeserver.removeUser(alice.accountId, false, world.now()));
	assert.equal(await avatar(), "mxc://example.org/a");
	await world.storage.write((unit) => unit.homeserver.removeUser(alice.accountId, true, world.now()));
	assert.equal(await avatar(), undefined);
});

test("nobody without a token learns who has an account", async () => {
	await using world = await openHomeserverWorld();
	await world.signIn("alice", "AAAAAAAAAA");
	const ask = async (userId: string) => {
		const answer = await fetch(`${world.base}/_matrix/client/v3/profile/${userId}`);
		return [answer.status, await answer.text()];
	};
	assert.deepEqual(await ask("@alice:example.org"), await ask("@nobody:example.org"));
});

test("people elsewhere and closed accounts have no profile", async () => {
	await using world = await openHomeserverWorld();
	const [alice, bob] = [await world.signIn("alice", "AAAAAAAAAA"), await world.signIn("bob", "BBBBBBBBBB")];
	await world.storage.write((unit) => unit.accounts.close(bob.accountId, { erase: false, now: 1 }));
	for (const userId of [bob.userId, "@alice:elsewhere.example", "@nobody:example.org", "alice"])
		assert.equal((await alice.call("GET", `profile/${userId}`)).body.errcode, "M_NOT_FOUND");
});

test("calls have no relay here, and rooms no endpoints", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	assert.deepEqual((await alice.call("GET", "voip/turnServer")).body, {});
	for (const path of ["joined_rooms", `presence/${alice.userId}/status`, "thirdparty/protocols"])
		assert.equal((await alice.call("GET", path)).body.errcode, "M_UNRECOGNIZED");
});
