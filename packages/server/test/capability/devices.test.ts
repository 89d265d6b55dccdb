import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { identityOf } from "../support/device-crypto.ts";
import { openHomeserverWorld } from "../support/homeserver-world.ts";

describe("devices", () => {
	test("are listed to their owner, with when and where they were last used", async () => {
		await using world = await openHomeserverWorld();
		const phone = await world.signIn("alice", "PHONEAAAAA");
		await world.signIn("bob", "BOBSPHONEA");
		const { body } = await phone.call("GET", "devices");
		assert.equal(body.devices.length, 1);
		assert.equal(body.devices[0].device_id, "PHONEAAAAA");
		assert.equal(body.devices[0].last_seen_ts, world.now());
	});

	test("of other people are not found", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const bob = await world.signIn("bob", "BOBSPHONEA");
		for (const [method, body] of [
			["GET", undefined],
			["PUT", { display_name: "Mine now" }],
		] as const) {
			const answer = await bob.call(method, "devices/PHONEAAAAA", body);
			assert.deepEqual([answer.status, answer.body.errcode], [404, "M_NOT_FOUND"]);
		}
		assert.notEqual((await alice.call("GET", "devices/PHONEAAAAA")).body.display_name, "Mine now");
	});

	test("take a new name, and nobody's app is told that keys changed", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const before = await world.storage.read.stream.position(alice.accountId);
		const named = await alice.call("PUT", "devices/PHONEAAAAA", { display_name: "Kitchen" });
		assert.deepEqual([named.status, named.body], [200, {}]);
		assert.equal((await alice.call("GET", "devices/PHONEAAAAA")).body.display_name, "Kitchen");
		assert.equal(await world.storage.read.keyChanges.changedSince(alice.accountId, before), false);
	});

	test("keep their name when none is given, and refuse names that are no text or too long", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		await alice.call("PUT", "devices/PHONEAAAAA", { display_name: "Kitchen" });
		assert.equal((await alice.call("PUT", "devices/PHONEAAAAA", {})).status, 200);
		const number = await alice.call("PUT", "devices/PHONEAAAAA", { display_name: 1 });
		assert.deepEqual([number.status, number.body.errcode], [400, "M_BAD_JSON"]);
		const long = await alice.call("PUT", "devices/PHONEAAAAA", { display_name: "x".repeat(101) });
		assert.deepEqual([long.status, long.body.errcode], [400, "M_TOO_LARGE"]);
		assert.equal((await alice.call("GET", "devices/PHONEAAAAA")).body.display_name, "Kitchen");
	});

	test("are not made by naming them", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const answer = await alice.call("PUT", "devices/ANOTHERAAA", { display_name: "New" });
		assert.deepEqual([answer.status, answer.body.errcode], [404, "M_NOT_FOUND"]);
	});

	test("that a broken-off sign-in has left are not shown, and not taken for somebody's", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const { accountId } = alice;
		await world.homeserver.upsertDevice({
			accountId,
			localpart: "alice",
			deviceId: asDeviceId("LEFTOVERAA"),
		});
		const { body } = await alice.call("GET", "devices");
		assert.deepEqual(
			body.devices.map((device: { device_id: string }) => device.device_id),
			["PHONEAAAAA"],
		);
		assert.equal((await alice.call("GET", "devices/LEFTOVERAA")).status, 404);
	});

	test("with a slash in their id can be asked for", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "A/B+C/AAAAAA");
		const answer = await alice.call("GET", `devices/${encodeURIComponent(alice.deviceId)}`);
		assert.deepEqual([answer.status, answer.body.device_id], [200, alice.deviceId]);
	});

	test("cannot be removed with a token alone", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const one = await alice.call("DELETE", "devices/PHONEAAAAA", {});
		assert.deepEqual([one.status, one.body.errcode], [404, "M_UNRECOGNIZED"]);
		const many = await alice.call("POST", "delete_devices", { devices: ["PHONEAAAAA"] });
		assert.deepEqual([many.status, many.body.errcode], [404, "M_UNRECOGNIZED"]);
		for (const { body } of [one, many]) assert.match(body.error, /account management page/);
		assert.equal((await alice.call("GET", "devices/PHONEAAAAA")).status, 200);
	});

	test("are no cross-signing keys: those are not listed", async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "PHONEAAAAA");
		const { body } = identityOf(alice.userId, "one");
		assert.equal((await alice.call("POST", "keys/device_signing/upload", body)).status, 200);
		const listed = await alice.call("GET", "devices");
		assert.deepEqual(
			listed.body.devices.map((device: { device_id: string }) => device.device_id),
			["PHONEAAAAA"],
		);
	});
});
