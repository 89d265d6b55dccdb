import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, HomeserverUnavailable } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { openOutboxWorld } from "../../../test/support/outbox-world.ts";
import { until } from "../../../test/support/until.ts";

const phone = { accountId: asAccountId("account-alice"), localpart: "alice", deviceId: asDeviceId("PHONE") };

async function opened() {
	const world = await openOutboxWorld();
	await world.person("alice");
	return {
		...world,
		make: (deviceId: string = phone.deviceId) =>
			world.makeDevice({ ...phone, deviceId: asDeviceId(deviceId) }),
		remove: () =>
			world.storage.write((unit) =>
				unit.homeserver.removeDevice(asAccountId("account-alice"), asDeviceId("PHONE"), 1),
			),
		has: () => world.storage.read.homeserver.hasDevice(asAccountId("account-alice"), asDeviceId("PHONE")),
	};
}

describe("a device at Synapse", () => {
	test("is made with one call, and somebody unknown with three", async () => {
		await using world = await opened();
		await world.make();
		assert.deepEqual(world.calls, ["upsert_device alice PHONE"]);
		let isKnown = false;
		world.answer(({ text }) => {
			isKnown ||= text.startsWith("provision");
			return isKnown ? undefined : { refuses: "M_NOT_FOUND" };
		});
		await world.make();
		assert.deepEqual(world.calls.slice(1), [
			"upsert_device alice PHONE",
			"provision_user alice",
			"upsert_device alice PHONE",
		]);
	});

	test("is not made while its removal waits: that is told first, or it is not made", async () => {
		await using world = await opened();
		await world.make();
		await world.remove();
		world.answer(() => "silence");
		await assert.rejects(world.make(), HomeserverUnavailable);
		assert.deepEqual(world.calls, ["upsert_device alice PHONE", "delete_device alice PHONE"]);
		assert.equal(await world.has(), false);
		world.answer(() => undefined);
		await assert.rejects(world.make(), HomeserverUnavailable, "the first removal may arrive late");
		world.advance(5_000);
		await world.make();
		assert.deepEqual(world.calls.slice(2), [
			"delete_device alice PHONE",
			"delete_device alice PHONE",
			"upsert_device alice PHONE",
		]);
		assert.equal(await world.has(), true);
	});

	test("is one of at most two hundred of a person, and each of those is made again", async () => {
		await using world = await opened();
		for (let at = 1; at <= 199; at++) await world.make(`DEVICE${at}`);
		assert.deepEqual(await world.make(), { ok: true });
		const before = world.calls.length;
		assert.deepEqual(await world.make("ONEMORE"), { ok: false, reason: "too-many-devices" });
		assert.equal(world.calls.length, before, "Synapse is told nothing");
		await world.storage.write(({ homeserverDevices }) =>
			homeserverDevices.begin({ ...phone, deviceId: asDeviceId("BEFORE"), making: "m", now: 1 }),
		);
		assert.deepEqual(await world.make("DEVICE7"), { ok: true }, "though there are more");
		await world.storage.write(({ homeserver }) =>
			homeserver.removeDevice(phone.accountId, asDeviceId("BEFORE"), 1),
		);
		await world.remove();
		assert.deepEqual(await world.make("ONEMORE"), { ok: true });
	});

	test("waits for a removal that is under way", async () => {
		await using world = await opened();
		await world.make();
		await world.remove();
		let answer: () => void = () => {};
		world.answer(({ text }) =>
			text.startsWith("delete") ? new Promise((resolve) => (answer = () => resolve(undefined))) : undefined,
		);
		await world.outbox.run();
		await until(() => world.calls.length >= 2);
		const made = world.make();
		// Writes go one after the other: when this one is done, what the making wrote first is.
		for (let turn = 0; turn < 3; turn++) await world.storage.write(async () => {});
		assert.equal(world.calls.length, 2, "nothing is made before the answer");
		answer();
		await made;
		assert.deepEqual(world.calls.slice(1), ["delete_device alice PHONE", "upsert_device alice PHONE"]);
	});

	test("that is removed while it is being made is not there for whoever made it", async () => {
		await using world = await opened();
		world.answer(async ({ text }) => {
			if (text.startsWith("upsert") && world.calls.length === 1) await world.remove();
			return undefined;
		});
		await world.make();
		assert.equal(await world.has(), false, "no session opens on it");
		await world.make();
		assert.deepEqual(world.calls, [
			"upsert_device alice PHONE",
			"delete_device alice PHONE",
			"upsert_device alice PHONE",
		]);
		assert.equal(await world.has(), true);
	});

	test("whose making broke off is made by the next try, or removed an hour later", async () => {
		await using world = await opened();
		world.answer(() => "silence");
		await assert.rejects(world.make(), HomeserverUnavailable);
		assert.equal(await world.has(), false);
		const later = world.now() + 1;
		const removed = await world.storage.write((unit) => unit.homeserver.removeUnheldDevices(later, later, 0));
		assert.equal(removed, 1);
		world.answer(() => undefined);
		await world.make();
		assert.deepEqual(world.calls.slice(1), ["delete_device alice PHONE", "upsert_device alice PHONE"]);
		assert.equal(await world.has(), true);
	});

	test("named like a cross-signing key is refused, and leaves nothing to remove", async () => {
		await using world = await opened();
		world.answer(() => ({ refuses: "M_FORBIDDEN" }));
		assert.deepEqual(await world.make(), { ok: false, reason: "device-id-in-use" });
		const later = world.now() + 1;
		assert.equal(
			await world.storage.write((unit) => unit.homeserver.removeUnheldDevices(later, later, 0)),
			0,
		);
	});

	test("is not made for a closed account that is to be closed there, or opened, first", async () => {
		await using world = await opened();
		await world.add("alice", { kind: "delete-user", erase: false });
		await world.add("alice", { kind: "reactivate-user" });
		await world.make();
		assert.deepEqual(world.calls, [
			"delete_user alice false",
			"reactivate_user alice",
			"upsert_device alice PHONE",
		]);
	});

	test("is not made where the account was closed at Synapse; it is closed here, too, and nothing is left to remove", async () => {
		await using world = await opened();
		world.closed.there.add("alice");
		assert.deepEqual(await world.make(), { ok: false, reason: "account-closed" });
		assert.deepEqual(world.closed.here, ["account-alice"]);
		assert.deepEqual(world.calls, []);
		assert.equal(await world.has(), false);
	});

	test("is made for who was closed there and is opened from here: that is told first", async () => {
		await using world = await opened();
		world.closed.there.add("alice");
		world.answer(({ text }) => {
			if (text.startsWith("reactivate")) world.closed.there.delete("alice");
			return undefined;
		});
		await world.add("alice", { kind: "reactivate-user" });
		assert.deepEqual(await world.make(), { ok: true });
		assert.deepEqual(world.closed.here, []);
	});
});
