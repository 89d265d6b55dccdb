/** The last moment at which a session can end: its request was let in, and has not written yet. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { byPerson } from "../support/actors.ts";
import { bodyOf, path as dehydratedDevice } from "../support/dehydrated-world.ts";
import { deviceKeys } from "../support/device-crypto.ts";
import { type App, type HomeserverWorld, openHomeserverWorld } from "../support/homeserver-world.ts";
import { endpointsForApps, startServerWithRoutes } from "../support/routes.ts";
import { bodiesFor } from "../support/writing-endpoints.ts";

const ends: readonly (readonly [how: string, end: (world: HomeserverWorld, alice: App) => unknown])[] = [
	[
		"signed out",
		({ sessions }, { sessionId, accountId }) =>
			sessions.end({ sessionId, accountId, reason: "signed-out", actor: byPerson }),
	],
	["locked", (world, alice) => world.lock(alice.accountId)],
	[
		"closed",
		(world, alice) => world.sql("UPDATE accounts SET deactivated_at = 1 WHERE id = ?", alice.accountId),
	],
	["replaced", (world, alice) => world.signIn("alice", alice.deviceId)],
];

/** What they would take away, for endpoints without a body, as they are mounted and as they are asked. */
const removals: readonly (readonly [route: string, path: string])[] = [
	[dehydratedDevice, dehydratedDevice],
	["room_keys/keys/:roomId/:sessionId", "room_keys/keys/!r:x/a?version=1"],
	["room_keys/keys/:roomId", "room_keys/keys/!r:x?version=1"],
	["room_keys/keys", "room_keys/keys?version=1"],
	["room_keys/version/:version", "room_keys/version/1"],
];

/** Takes nothing away: it says where devices are signed out. */
const pointer = "devices/:deviceId";

const reads: readonly string[] = ["keys/query", "events", "simplified_msc3575/sync"];

async function opened() {
	const world = await openHomeserverWorld();
	const bob = await world.signIn("bob", "BOBSPHONEA");
	await bob.call("POST", "keys/upload", {
		device_keys: deviceKeys(bob.userId, bob.deviceId),
		one_time_keys: { "signed_curve25519:A": { key: "bob's" } },
	});
	const alice = await world.signIn("alice", "PHONEALICE");
	const algorithm = "m.megolm_backup.v1.curve25519-aes-sha2";
	await alice.call("POST", "room_keys/version", { algorithm, auth_data: {} });
	const key = { first_message_index: 0, forwarded_count: 0, is_verified: true, session_data: {} };
	await alice.call("PUT", "room_keys/keys/!r:x/a?version=1", key);
	await alice.call("PUT", dehydratedDevice, bodyOf(alice, "DEHYDRATEDONE"));
	await bob.call("PUT", "sendToDevice/m.test/t1", { messages: { [alice.userId]: { "*": { n: 1 } } } });
	const { body: sync } = await alice.call("GET", "sync");
	return { world, alice, bob, since: sync.next_batch, [Symbol.asyncDispose]: world[Symbol.asyncDispose] };
}

describe("what writes asks for its session within its own transaction", () => {
	for (const [how, end] of ends) {
		test(`of one that is ${how}, nothing is written, not even by a request that was let in before`, async () => {
			await using it = await opened();
			const { world, alice, bob } = it;
			await world.letIn(alice);
			await end(world, alice);
			const before = world.dump();
			for (const { method, path, body } of bodiesFor(alice, bob)) {
				const { status } = await alice.call(method, path, body);
				if (!reads.some((name) => path.endsWith(name))) assert.equal(status, 401, `${method} ${path}`);
			}
			for (const [, path] of removals)
				assert.equal((await alice.call("DELETE", path)).status, 401, `DELETE ${path}`);
			assert.deepEqual(world.dump(), before);
		});
	}

	test("whatever apps can delete is tried", async () => {
		const { server, routes } = await startServerWithRoutes();
		await using _ = server;
		const below = (route: string) => (route.startsWith("/") ? route : `/_matrix/client/v3/${route}`);
		const tried = [...removals.map(([route]) => route), pointer].map((route) => `DELETE ${below(route)}`);
		const mounted = await endpointsForApps(server, routes, ["DELETE"]);
		// Who meets there may be signed in nowhere yet.
		assert.deepEqual(
			tried.sort(),
			mounted.filter((each) => !each.includes("/rendezvous")),
		);
	});

	test("messages that were confirmed by one that has ended are kept for who holds the device now", async () => {
		await using it = await opened();
		const { world, alice, since } = it;
		await world.letIn(alice);
		world.lock(alice.accountId);
		const before = world.dump();
		assert.equal((await alice.call("GET", `sync?since=${since}`)).status, 401);
		assert.deepEqual(world.dump(), before);
	});

	test("who was locked for just that moment is sent to renew its token, and keeps its keys", async () => {
		await using it = await opened();
		const { world, alice } = it;
		await world.letIn(alice);
		world.lock(alice.accountId);
		const { body } = await alice.call("PUT", `profile/${alice.userId}/displayname`, { displayname: "x" });
		assert.deepEqual([body.errcode, body.soft_logout], ["M_UNKNOWN_TOKEN", true]);
	});
});
