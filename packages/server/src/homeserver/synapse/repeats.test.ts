import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, HomeserverUnavailable } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { openOutboxWorld } from "../../../test/support/outbox-world.ts";
import { until } from "../../../test/support/until.ts";

const phone = { accountId: asAccountId("account-alice"), localpart: "alice", deviceId: asDeviceId("PHONE") };
const removed = "delete_device alice PHONE";
const looked = "update_device_display_name alice PHONE Signed out";

/** Alice's phone was signed out; Synapse has nothing of it any more unless `zombie` is set. */
async function signedOut() {
	const world = await openOutboxWorld();
	await world.person("alice");
	const state = { zombie: false };
	world.answer(({ text }) => {
		if (text.startsWith("delete_device")) state.zombie = false;
		return text.startsWith("update_device") && !state.zombie ? { refuses: "M_NOT_FOUND" } : undefined;
	});
	const remove = () =>
		world.storage.write((unit) =>
			unit.homeserver.removeDevice(phone.accountId, asDeviceId("PHONE"), world.now()),
		);
	await remove();
	return {
		...{ ...world, state, remove },
		/** Lets so much time pass, and returns what was said to Synapse then. */
		async after(ms: number) {
			const before = world.calls.length;
			world.advance(ms);
			await world.settle();
			return world.calls.slice(before);
		},
		make: () => world.makeDevice(phone),
	};
}

describe("a removal", () => {
	test("is made sure of some seconds later, and when Synapse remembers no token any more; then never", async () => {
		await using world = await signedOut();
		assert.deepEqual(await world.after(0), [removed]);
		assert.deepEqual(await world.after(2_499), []);
		assert.deepEqual(await world.after(1), [looked]);
		assert.deepEqual(await world.after(147_499), []);
		assert.deepEqual(await world.after(1), [looked]);
		assert.deepEqual(await world.after(3_600_000), []);
		assert.deepEqual(world.counted, ["delete-device done"], "counted as one");
	});

	test("takes a device away again that an upload under way made anew, each time", async () => {
		await using world = await signedOut();
		await world.after(0);
		for (const later of [2_500, 147_500]) {
			world.state.zombie = true;
			assert.deepEqual(await world.after(later), [looked, removed]);
		}
	});

	test("that is still to be made sure of is no backlog, and holds up nothing of its person", async () => {
		await using world = await signedOut();
		await world.after(0);
		assert.deepEqual(await world.outbox.overview(), { waiting: 0, refused: 0 });
		await world.add("alice", { kind: "set-locked", locked: true });
		assert.deepEqual(await world.after(1), ["provision_user alice true"]);
		assert.deepEqual(await world.after(2_499), [looked]);
	});

	test("is made sure of by the next server when this one has stopped, and once only if it is late", async () => {
		await using world = await signedOut();
		await world.after(0);
		await world.outbox.stop();
		const next = world.another();
		world.advance(3_600_000);
		await next.run();
		await until(() => world.calls.length === 2);
		await next.stop();
		assert.deepEqual(world.calls, [removed, looked]);
	});

	test("is made sure of once by two servers", async () => {
		await using world = await signedOut();
		await world.after(0);
		const other = world.another();
		world.advance(2_500);
		await Promise.all([world.outbox.run(), other.run()]);
		await world.settle();
		await other.stop();
		assert.deepEqual(world.calls, [removed, looked]);
	});

	test("that Synapse hears of only hours later is final: nothing is left that it could remember", async () => {
		await using world = await signedOut();
		world.answer(() => "silence");
		await world.after(0);
		world.answer(() => undefined);
		await world.after(4 * 3_600_000);
		const told = world.calls.length;
		assert.deepEqual(await world.after(5_000), [removed], "an attempt without an answer may arrive late");
		assert.deepEqual(await world.after(3_600_000), []);
		assert.ok(told > 1);
	});

	test("that fails when it is made sure of waits like any other, and is then told in full", async () => {
		await using world = await signedOut();
		await world.after(0);
		world.answer(() => ({ refuses: "", status: 500 }));
		assert.deepEqual(await world.after(2_500), [looked]);
		assert.equal((await world.outbox.overview()).waiting, 1);
		world.answer(() => undefined);
		assert.deepEqual(await world.after(60_000), [removed]);
		assert.deepEqual(await world.after(5_000), [removed], "what failed may yet arrive");
		assert.equal(await world.waiting(), 0);
		assert.deepEqual(await world.after(2_500), [looked, removed]);
	});

	test("that somebody did not come back with is in doubt, so that no device is made behind it", async () => {
		await using world = await signedOut();
		await world.after(0);
		world.advance(2_500);
		const claim = { accountId: phone.accountId, lease: "gone", early: false };
		await world.storage.write((unit) =>
			unit.homeserverTasks.claim({ ...claim, now: world.now(), until: world.now() + 120_000 }),
		);
		await assert.rejects(world.make(), HomeserverUnavailable);
		assert.deepEqual(await world.after(120_000), [removed]);
		await assert.rejects(world.make(), HomeserverUnavailable, "what was under way may arrive late");
		assert.deepEqual(await world.after(5_000), [removed]);
		await world.make();
		assert.deepEqual(await world.after(3_600_000), [], "and the new one is left alone");
	});

	test("of a device that is signed in again is not made sure of any more", async () => {
		await using world = await signedOut();
		await world.after(0);
		await world.make();
		assert.deepEqual(world.calls, [removed, "upsert_device alice PHONE"], "nor waited for");
		assert.deepEqual(await world.after(2_500), []);
		assert.deepEqual(await world.after(3_600_000), []);
		assert.equal(await world.storage.read.homeserver.hasDevice(phone.accountId, asDeviceId("PHONE")), true);
	});

	test("that is being made sure of is waited for by a sign-in of the device", async () => {
		await using world = await signedOut();
		await world.after(0);
		const answered = Promise.withResolvers<void>();
		world.answer(({ text }) =>
			text.startsWith("upsert") ? undefined : answered.promise.then(() => undefined),
		);
		world.advance(2_500);
		await world.outbox.run();
		await until(() => world.calls.length === 2);
		const made = world.make();
		await world.storage.write(async () => {});
		assert.deepEqual(world.calls, [removed, looked], "nothing is made before the answer");
		answered.resolve();
		await made;
		assert.deepEqual(world.calls.slice(2), [removed, "upsert_device alice PHONE"]);
		assert.equal(await world.storage.read.homeserver.hasDevice(phone.accountId, asDeviceId("PHONE")), true);
	});

	test("of a device that is removed once more begins anew", async () => {
		await using world = await signedOut();
		await world.after(0);
		await world.after(1_000);
		await world.remove();
		assert.deepEqual(await world.after(0), [removed]);
		assert.deepEqual(await world.after(2_499), []);
		assert.deepEqual([await world.after(1), await world.after(147_500)], [[looked], [looked]]);
		assert.deepEqual(await world.after(3_600_000), []);
	});

	test("of hundreds of devices at once is made sure of for each", async () => {
		await using world = await openOutboxWorld();
		await world.person("alice");
		const devices = Array.from({ length: 100 }, (_, number) => asDeviceId(`D${number}`));
		await world.storage.write(async (unit) => {
			for (const device of devices) await unit.homeserver.removeDevice(phone.accountId, device, world.now());
		});
		world.answer(({ text }) => (text.startsWith("update") ? { refuses: "M_NOT_FOUND" } : undefined));
		for (const later of [0, 2_500, 147_500]) {
			world.advance(later);
			await world.settle();
		}
		assert.equal(world.calls.length, 300);
		assert.equal(new Set(world.calls).size, 200, "told of each once, and asked about each");
	});

	test("is told twice at most while the clock is put back", async () => {
		await using world = await signedOut();
		await world.after(0);
		world.advance(-31_536_000_000);
		const all = [];
		for (let step = 0; step < 5; step++) all.push(...(await world.after(150_000)));
		assert.deepEqual(all, [looked]);
	});
});

describe("somebody whom Synapse had before", () => {
	test("is relieved of the devices they had there, before they have one here", async () => {
		await using world = await openOutboxWorld();
		await world.person("alice");
		await world.storage.write((unit) => unit.homeserver.addUser(phone.accountId, world.now(), true));
		await world.makeDevice(phone);
		assert.deepEqual(world.calls, ["sync_devices alice ", "upsert_device alice PHONE"]);
		world.advance(3_600_000);
		await world.settle();
		assert.equal(world.calls.length, 2);
	});

	test("has no device here while it is in doubt whether they go yet", async () => {
		await using world = await openOutboxWorld();
		await world.person("alice");
		await world.storage.write((unit) => unit.homeserver.addUser(phone.accountId, world.now(), true));
		world.answer(() => "silence");
		await assert.rejects(world.makeDevice(phone), HomeserverUnavailable);
		world.answer(() => undefined);
		await assert.rejects(world.makeDevice(phone), HomeserverUnavailable, "the first may arrive late");
		world.advance(5_000);
		await world.makeDevice(phone);
		assert.deepEqual(world.calls.at(-1), "upsert_device alice PHONE");
	});
});
