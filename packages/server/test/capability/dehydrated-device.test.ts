import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { byPerson } from "../support/actors.ts";
import {
	bodyOf,
	claim,
	deviceData,
	eventsOf,
	first,
	openWorld,
	path,
	published,
	put,
	refusedWith,
	second,
	send,
} from "../support/dehydrated-world.ts";
import { deviceKeys, identityOf, onlySignature, signer, withSignature } from "../support/device-crypto.ts";
import type { App } from "../support/homeserver-world.ts";

/** As apps do last where a person wants neither backup nor dehydrated device any more. */
const switchBackupOff = (app: App) =>
	app.call("PUT", `user/${encodeURIComponent(app.userId)}/account_data/m.key_backup`, { enabled: false });

describe("a dehydrated device", () => {
	test("comes back as it was put, for its owner alone, over a restart", async () => {
		await using opened = await openWorld();
		const { world, alice, bob } = opened;
		refusedWith(await alice.call("GET", path), 404, "M_NOT_FOUND");
		assert.deepEqual((await put(alice, bodyOf(alice, first))).body, { device_id: first });
		await world.restart();
		const { status, body } = await alice.call("GET", path);
		assert.deepEqual([status, body], [200, { device_id: first, device_data: deviceData }]);
		refusedWith(await bob.call("GET", path), 404, "M_NOT_FOUND");
		refusedWith(await bob.call("DELETE", path), 404, "M_NOT_FOUND");
	});

	test("is a device to everybody: its keys, marked as dehydrated, are seen, and some handed out", async () => {
		await using opened = await openWorld();
		const { alice, bob } = opened;
		const body = bodyOf(alice, first);
		await put(alice, body);
		const named = { unsigned: { device_display_name: "Dehydrated device" } };
		assert.deepEqual((await published(alice, bob))[first], { ...body.device_keys, ...named });
		const wanted = { [alice.userId]: { [first]: "signed_curve25519" } };
		const ask = async () => (await bob.call("POST", "keys/claim", { one_time_keys: wanted })).body;
		assert.deepEqual((await ask()).one_time_keys[alice.userId][first], body.one_time_keys);
		assert.deepEqual((await ask()).one_time_keys[alice.userId][first], body.fallback_keys);
		const listed = (await alice.call("GET", "devices")).body.devices;
		assert.equal(
			listed.find((each: { device_id: string }) => each.device_id === first).last_seen_ts,
			undefined,
		);
	});

	test("is signed by the identity before it is put, or after", async () => {
		await using opened = await openWorld();
		const { world, alice } = opened;
		const identity = identityOf(alice.userId, "mine");
		await alice.call("POST", "keys/device_signing/upload", identity.body);
		const body = bodyOf(alice, first);
		const signed = withSignature(body.device_keys, alice.userId, identity.selfSigning);
		await put(alice, { ...body, device_keys: signed });
		assert.deepEqual((await world.homeserver.identityOf(alice.accountId)).signedDevices, [first]);
		const other = bodyOf(alice, second);
		await put(alice, other);
		assert.deepEqual((await world.homeserver.identityOf(alice.accountId)).signedDevices, []);
		const signature = onlySignature(other.device_keys, alice.userId, identity.selfSigning);
		await alice.call("POST", "keys/signatures/upload", { [alice.userId]: { [second]: signature } });
		assert.deepEqual((await world.homeserver.identityOf(alice.accountId)).signedDevices, [second]);
	});

	test("takes the place of an earlier one, of which nothing is left", async () => {
		await using opened = await openWorld();
		const { world, alice, bob } = opened;
		await put(alice, bodyOf(alice, first));
		await send(bob, alice, first, 1);
		await put(alice, bodyOf(alice, second));
		assert.equal((await alice.call("GET", path)).body.device_id, second);
		assert.deepEqual(Object.keys(await published(alice)).sort(), [second, alice.deviceId]);
		assert.equal(await claim(alice, first), undefined);
		refusedWith(await eventsOf(alice, first), 403, "M_FORBIDDEN");
		await put(alice, bodyOf(alice, first));
		assert.deepEqual((await eventsOf(alice, first)).body, { events: [] });
		const devices = await world.storage.read.devices.list(alice.accountId);
		assert.equal(devices.length, 2);
	});

	test("under the same name with other keys is another one", async () => {
		await using opened = await openWorld();
		const { alice, bob } = opened;
		await put(alice, bodyOf(alice, first));
		await send(bob, alice, first, 1);
		const renewed = bodyOf(alice, first, signer("renewed", first));
		assert.equal((await put(alice, renewed)).status, 200);
		assert.deepEqual((await published(alice))[first].keys, renewed.device_keys.keys);
		assert.deepEqual((await eventsOf(alice, first)).body, { events: [] });
	});

	test("put again changes nothing: a key that was handed out stays away, messages stay", async () => {
		await using opened = await openWorld();
		const { world, alice, bob } = opened;
		const body = bodyOf(alice, first);
		await put(alice, body);
		await send(bob, alice, first, 1);
		assert.equal(await claim(alice, first), "signed_curve25519:A");
		const before = await world.storage.read.stream.position(alice.accountId);
		assert.deepEqual((await put(alice, body)).body, { device_id: first });
		assert.equal(await claim(alice, first), "signed_curve25519:F");
		assert.equal((await eventsOf(alice, first)).body.events.length, 1);
		assert.equal(await world.storage.read.keyChanges.changedSince(alice.accountId, before), false);
	});

	test("put twenty times at once, each time another, is one", async () => {
		await using opened = await openWorld();
		const { world, alice } = opened;
		const names = Array.from({ length: 20 }, (_, at) => `DEHYDRATED${at}`);
		const answers = await Promise.all(names.map((name) => put(alice, bodyOf(alice, name))));
		assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
		assert.equal((await world.storage.read.devices.list(alice.accountId)).length, 2);
		const { device_id } = (await alice.call("GET", path)).body;
		assert.deepEqual(Object.keys(await published(alice)).sort(), [device_id, alice.deviceId].sort());
	});

	test("is deleted when its owner's app says so, and its owner's apps hear of it", async () => {
		await using opened = await openWorld();
		const { world, alice } = opened;
		await put(alice, bodyOf(alice, first));
		const before = await world.storage.read.stream.position(alice.accountId);
		assert.deepEqual((await alice.call("DELETE", path)).body, { device_id: first });
		refusedWith(await alice.call("DELETE", path), 404, "M_NOT_FOUND");
		refusedWith(await alice.call("GET", path), 404, "M_NOT_FOUND");
		// So far it may be on the way to a reset, which may be refused.
		assert.equal(await world.storage.read.keyChanges.changedSince(alice.accountId, before), false);
		await switchBackupOff(alice);
		assert.deepEqual(Object.keys(await published(alice)), [alice.deviceId]);
		assert.equal(await world.storage.read.keyChanges.changedSince(alice.accountId, before), true);
	});

	test("outlives the session that made it, every other one, and a reset", async () => {
		await using opened = await openWorld();
		const { world, alice } = opened;
		const identity = identityOf(alice.userId, "mine");
		await alice.call("POST", "keys/device_signing/upload", identity.body);
		await put(alice, bodyOf(alice, first));
		await world.sessions.end({ ...alice, reason: "signed-out", actor: byPerson });
		await world.sessions.endAllOf(alice.accountId, { reason: "signed-out", actor: byPerson });
		const again = await world.signIn("alice", "LAPTOPAAAA");
		const renewed = identityOf(alice.userId, "other").body;
		await again.call("POST", "keys/device_signing/upload", renewed);
		await world.decide("approve", alice.accountId);
		assert.equal((await again.call("POST", "keys/device_signing/upload", renewed)).status, 200);
		assert.equal((await again.call("GET", path)).body.device_id, first);
		assert.ok(first in (await published(again)));
	});

	test("goes with the account", async () => {
		await using opened = await openWorld();
		const { world, alice } = opened;
		await put(alice, bodyOf(alice, first));
		await world.storage.write((unit) => unit.homeserver.removeUser(alice.accountId, false, world.now()));
		assert.equal(await world.storage.read.dehydratedDevices.find(alice.accountId), undefined);
		assert.deepEqual(await world.storage.read.devices.list(alice.accountId), []);
	});
});

describe("a dehydrated device cannot", () => {
	test("take the name, and with it the keys, of a device that an app runs", async () => {
		await using opened = await openWorld();
		const { alice } = opened;
		const before = await published(alice);
		await put(alice, bodyOf(alice, first));
		refusedWith(await put(alice, bodyOf(alice, alice.deviceId)), 400, "M_INVALID_PARAM");
		assert.equal((await alice.call("GET", path)).body.device_id, first, "the one before is still there");
		assert.deepEqual((await published(alice))[alice.deviceId], before[alice.deviceId]);
	});

	test("be named like a cross-signing key, nor such a key like it", async () => {
		await using opened = await openWorld();
		const { alice } = opened;
		const identity = identityOf(alice.userId, "mine");
		await put(alice, bodyOf(alice, identity.userSigning.publicKey));
		refusedWith(await alice.call("POST", "keys/device_signing/upload", identity.body), 403, "M_FORBIDDEN");
		await alice.call("DELETE", path);
		refusedWith(await alice.call("POST", "keys/device_signing/upload", identity.body), 403, "M_FORBIDDEN");
		await switchBackupOff(alice);
		assert.equal((await alice.call("POST", "keys/device_signing/upload", identity.body)).status, 200);
		for (const key of [identity.master, identity.selfSigning, identity.userSigning])
			refusedWith(await put(alice, bodyOf(alice, key.publicKey)), 400, "M_INVALID_PARAM");
	});

	test("be taken over by signing in under its name", async () => {
		await using opened = await openWorld();
		const { world, alice } = opened;
		await put(alice, bodyOf(alice, second));
		await assert.rejects(world.signIn("alice", second), /device-id-in-use/);
		assert.equal((await alice.call("GET", path)).body.device_id, second);
	});

	test("be put by a device that was signed out on the way", async () => {
		await using opened = await openWorld();
		const { world, alice } = opened;
		await world.letIn(alice);
		const { sessionId, accountId } = alice;
		await world.sessions.end({ sessionId, accountId, reason: "signed-out", actor: byPerson });
		refusedWith(await put(alice, bodyOf(alice, first)), 401, "M_UNKNOWN_TOKEN");
		const laptop = await world.signIn("alice", "LAPTOPAAAA");
		refusedWith(await laptop.call("GET", path), 404, "M_NOT_FOUND");
	});

	const changes: readonly (readonly [string, (app: App) => object, string])[] = [
		["without a name", () => ({ device_id: undefined }), "M_INVALID_PARAM"],
		["without data", () => ({ device_data: undefined }), "M_BAD_JSON"],
		["with data of no algorithm", () => ({ device_data: { device_pickle: "x" } }), "M_BAD_JSON"],
		["without keys", () => ({ device_keys: undefined }), "M_MISSING_PARAM"],
		["with null for keys", () => ({ device_keys: null }), "M_BAD_JSON"],
		["with another device's keys", (app) => ({ device_keys: deviceKeys(app.userId, second) }), "M_BAD_JSON"],
		[
			"with keys that somebody else signed",
			(app) => ({
				device_keys: onlySignature(bodyOf(app, first).device_keys, app.userId, signer("thief", first)),
			}),
			"M_INVALID_SIGNATURE",
		],
		["with a name that is no text", () => ({ initial_device_display_name: 1 }), "M_BAD_JSON"],
		["with a name too long", () => ({ initial_device_display_name: "x".repeat(101) }), "M_BAD_JSON"],
		["with one-time keys that are none", () => ({ one_time_keys: { a: 1 } }), "M_BAD_JSON"],
	];
	for (const [what, change, errcode] of changes) {
		test(`be put ${what}, and the one before stays`, async () => {
			await using opened = await openWorld();
			const { alice } = opened;
			await put(alice, bodyOf(alice, second));
			refusedWith(await put(alice, { ...bodyOf(alice, first), ...change(alice) }), 400, errcode);
			assert.equal((await alice.call("GET", path)).body.device_id, second);
		});
	}

	test("fill the disk with one-time keys or data", async () => {
		await using opened = await openWorld();
		const { alice } = opened;
		await put(alice, bodyOf(alice, second));
		const ids = Array.from({ length: 1_001 }, (_, at) => [`signed_curve25519:${at}`, { key: "k" }]);
		const many = { ...bodyOf(alice, first), one_time_keys: Object.fromEntries(ids) };
		refusedWith(await put(alice, many), 400, "M_TOO_LARGE");
		const long = {
			...bodyOf(alice, first),
			device_data: { ...deviceData, device_pickle: "x".repeat(256 * 1024) },
		};
		refusedWith(await put(alice, long), 413, "M_TOO_LARGE");
		assert.equal((await alice.call("GET", path)).body.device_id, second);
	});
});
