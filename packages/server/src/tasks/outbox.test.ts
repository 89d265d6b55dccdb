import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asAccountId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { openOutboxWorld } from "../../test/support/outbox-world.ts";
import { until } from "../../test/support/until.ts";
import type { Telling } from "../homeserver/synapse/ports.ts";

describe("the outbox", () => {
	test("tells nothing before it is started, as in a command", async () => {
		await using world = await openOutboxWorld();
		await world.person("alice");
		await world.add("alice", { kind: "add-user" });
		world.outbox.wake();
		await world.quiet();
		assert.deepEqual([world.calls.length, await world.waiting()], [0, 1]);
		await world.settle();
		assert.deepEqual([world.calls, await world.waiting()], [["provision_user alice"], 0]);
		assert.deepEqual(world.counted, ["add-user done"]);
	});

	test("tells everything about one person in order, and never two things at once", async () => {
		await using world = await openOutboxWorld();
		await world.person("alice");
		let underWay = 0;
		world.answer(async () => {
			assert.equal(++underWay, 1);
			await new Promise((resolve) => setImmediate(resolve));
			underWay--;
			return undefined;
		});
		await world.add("alice", { kind: "add-user" });
		await world.add("alice", { kind: "set-display-name", displayName: "Alice" });
		await world.add("alice", { kind: "delete-device", deviceId: asDeviceId("PHONE") });
		await world.add("alice", { kind: "set-locked", locked: true });
		await world.add("alice", { kind: "delete-user", erase: true });
		await world.add("alice", { kind: "reactivate-user" });
		await world.settle();
		assert.deepEqual(world.calls, [
			"provision_user alice",
			"set_displayname alice Alice",
			"delete_device alice PHONE",
			"provision_user alice true",
			"delete_user alice true",
			"reactivate_user alice",
		]);
	});

	test("tells of different people side by side, but of no more than eight", async () => {
		await using world = await openOutboxWorld();
		const gates: (() => void)[] = [];
		world.answer(() => new Promise((resolve) => gates.push(() => resolve(undefined))));
		for (let each = 0; each < 20; each++) {
			await world.person(`p${each}`);
			await world.add(`p${each}`, { kind: "add-user" });
		}
		await world.outbox.run();
		try {
			for (const atOnce of [8, 8, 4]) {
				await until(() => gates.length >= atOnce);
				// Enough turns for another to be looked up, claimed and told.
				for (let turn = 0; turn < 10; turn++) await world.waiting();
				assert.equal(gates.length, atOnce);
				for (const open of gates.splice(0)) open();
			}
		} finally {
			world.answer(() => undefined);
			for (const open of gates) open();
		}
		await until(async () => (await world.waiting()) === 0);
		assert.equal(world.calls.length, 20);
	});

	test("asks a silent Synapse with one task at a time, less and less often, and tells all when it is back", async () => {
		await using world = await openOutboxWorld();
		for (let each = 0; each < 30; each++) {
			await world.person(`p${each}`);
			await world.add(`p${each}`, { kind: "add-user" });
		}
		world.answer(() => "silence");
		await world.settle();
		const first = world.calls.length;
		assert.ok(first >= 1 && first <= 8, `those that were under way when it fell silent: ${first}`);
		for (let seconds = 0; seconds < 120; seconds += 2) {
			world.advance(2_000);
			await world.settle();
		}
		const asked = world.calls.length - first;
		assert.ok(asked >= 3 && asked <= 15, `${asked} probes in two minutes`);
		assert.equal(world.said.filter((line) => line === "Synapse does not answer").length, 1, "said once");
		world.answer(() => undefined);
		world.advance(31_000);
		await world.outbox.run();
		// Nobody looks again: that it answers is enough to go on.
		await until(async () => (await world.waiting()) === 0);
	});

	test("several that were under way when it fell silent are one silence: it is asked again within a second", async () => {
		await using world = await openOutboxWorld();
		for (let each = 0; each < 12; each++) {
			await world.person(`p${each}`);
			await world.add(`p${each}`, { kind: "add-user" });
		}
		const gates: (() => void)[] = [];
		world.answer(() => new Promise((resolve) => gates.push(() => resolve("silence"))));
		await world.outbox.run();
		await until(() => gates.length === 8);
		world.answer(() => "silence");
		for (const open of gates) open();
		await world.quiet();
		assert.equal(world.calls.length, 8);
		world.advance(1_000);
		await world.settle();
		assert.equal(world.calls.length, 9);
	});

	test("who is to be told now is told again at once where a try was under way that fails", async () => {
		await using world = await openOutboxWorld();
		const alice = await world.person("alice");
		await world.add("alice", { kind: "add-user" });
		const [begun, failing] = [
			Promise.withResolvers<void>(),
			Promise.withResolvers<{ refuses: string; status: number }>(),
		];
		world.answer(() => {
			begun.resolve();
			return failing.promise;
		});
		await world.outbox.run();
		await begun.promise;
		const delivered = world.outbox.deliver(alice);
		world.answer(() => undefined);
		failing.resolve({ refuses: "", status: 500 });
		await delivered;
		assert.deepEqual([world.calls.length, await world.waiting()], [2, 0]);
	});

	test("a silent Synapse is asked again although the clock was put back meanwhile", async () => {
		await using world = await openOutboxWorld();
		await world.person("alice");
		await world.add("alice", { kind: "set-locked", locked: true });
		world.answer(() => "silence");
		await world.settle();
		world.answer(() => undefined);
		world.advance(-31_536_000_000);
		await world.settle();
		assert.equal(await world.waiting(), 0);
	});

	test("what Synapse did not do is tried again, at first soon, at last every five minutes", async () => {
		await using world = await openOutboxWorld();
		await world.person("alice");
		await world.add("alice", { kind: "set-locked", locked: true });
		world.answer(() => ({ refuses: "", status: 500 }));
		const pauses: number[] = [];
		for (let attempt = 1; attempt <= 12; attempt++) {
			await world.settle();
			assert.equal(world.calls.length, attempt);
			const from = world.now();
			while ((await world.storage.read.homeserverTasks.due(world.now(), 1)).length === 0)
				world.advance(attempt < 4 ? 250 : 5_000);
			pauses.push(world.now() - from);
		}
		assert.ok((pauses[0] ?? 0) <= 1_250, pauses.join());
		assert.ok((pauses.at(-1) ?? 0) >= 150_000 && Math.max(...pauses) <= 305_000, pauses.join());
		world.answer(() => undefined);
		await world.settle();
		assert.equal(await world.waiting(), 0);
	});

	test("a wrong secret is waited out: somebody will set it right", async () => {
		await using world = await openOutboxWorld();
		await world.person("alice");
		await world.add("alice", { kind: "add-user" });
		world.answer(() => ({ refuses: "M_FORBIDDEN" }));
		await world.settle();
		assert.deepEqual((await world.outbox.overview()).lastError, "secret-refused (M_FORBIDDEN)");
		world.answer(() => undefined);
		world.advance(300_000);
		await world.settle();
		assert.deepEqual(world.counted, ["add-user failed", "add-user done"]);
	});

	test("what Synapse refuses for good is kept and said, and the next is told", async () => {
		await using world = await openOutboxWorld();
		await world.person("alice");
		await world.add("alice", { kind: "set-display-name", displayName: "x" });
		await world.add("alice", { kind: "delete-device", deviceId: asDeviceId("PHONE") });
		world.answer(({ text }) => (text.startsWith("set_") ? { refuses: "M_BAD_JSON" } : undefined));
		await world.settle();
		const overview = await world.outbox.overview();
		assert.deepEqual(overview, { waiting: 0, refused: 1, lastError: "request-refused (M_BAD_JSON)" });
		assert.deepEqual(world.said, ["Synapse refuses a task; it is not tried again"]);
		assert.deepEqual(world.counted, ["set-display-name refused", "delete-device done"]);
	});

	test("what cannot be read is told nobody, kept and said; nobody waits for it, and the next is told", async () => {
		await using world = await openOutboxWorld();
		await world.person("alice");
		await world.add("alice", { kind: "set-flying" } as unknown as Telling);
		await world.add("alice", { kind: "delete-device", deviceId: asDeviceId("PHONE") });
		await world.settle();
		assert.deepEqual(world.calls, ["delete_device alice PHONE"]);
		const lastError = "what was to be told cannot be read";
		assert.deepEqual(await world.outbox.overview(), { waiting: 0, refused: 1, lastError });
		assert.deepEqual(world.said, ["Synapse refuses a task; it is not tried again"]);
	});

	test("somebody Synapse does not know is made known first, unless they are to be deleted", async () => {
		await using world = await openOutboxWorld();
		await world.person("alice");
		const known = new Set<string>();
		world.answer(({ text, localpart }) => {
			if (text.startsWith("provision_user")) known.add(localpart);
			return known.has(localpart) ? undefined : { refuses: "M_NOT_FOUND" };
		});
		await world.add("alice", { kind: "delete-device", deviceId: asDeviceId("PHONE") });
		await world.add("alice", { kind: "delete-user", erase: false });
		await world.add("alice", { kind: "set-display-name", displayName: undefined });
		await world.settle();
		assert.deepEqual(world.calls, [
			"delete_device alice PHONE",
			"delete_user alice false",
			"unset_displayname alice",
			"provision_user alice",
			"unset_displayname alice",
		]);
		assert.equal(await world.waiting(), 0);
	});

	test("of two that make a person known at once, the one who is told the name is taken says it again", async () => {
		await using world = await openOutboxWorld();
		await world.person("alice");
		await world.add("alice", { kind: "add-user" });
		world.answer(() => (world.calls.length === 1 ? { refuses: "M_USER_IN_USE" } : undefined));
		await world.settle();
		assert.deepEqual(world.counted, ["add-user done"]);
	});

	test("two servers on one storage tell each thing once", async () => {
		await using world = await openOutboxWorld();
		for (let each = 0; each < 20; each++) {
			await world.person(`p${each}`);
			await world.add(`p${each}`, { kind: "delete-device", deviceId: asDeviceId("PHONE") });
		}
		const other = world.another();
		await Promise.all([world.outbox.run(), other.run()]);
		while ((await world.waiting()) > 0) await world.settle();
		await other.stop();
		assert.equal(world.calls.length, 20);
		assert.equal(new Set(world.calls).size, 20);
	});

	test("a stop waits for what is under way and begins nothing more; the rest is told after the next start", async () => {
		await using world = await openOutboxWorld();
		await world.person("alice");
		for (const device of ["1", "2"].map(asDeviceId))
			await world.add("alice", { kind: "delete-device", deviceId: device });
		let open: () => void = () => {};
		world.answer(() => new Promise((resolve) => (open = () => resolve(undefined))));
		await world.outbox.run();
		await until(() => world.calls.length > 0);
		const stopped = world.outbox.stop();
		open();
		await stopped;
		assert.deepEqual([world.calls, await world.waiting()], [["delete_device alice 1"], 1]);
		world.answer(() => undefined);
		const next = world.another();
		await next.run();
		await until(async () => (await world.waiting()) === 0);
		await next.stop();
		assert.deepEqual(world.calls, ["delete_device alice 1", "delete_device alice 2"]);
	});

	test("a stop waits for a look at the tasks, and begins none of what it finds", async (t) => {
		await using world = await openOutboxWorld();
		const alice = await world.person("alice");
		await world.add("alice", { kind: "add-user" });
		const found = Promise.withResolvers<readonly AccountId[]>();
		t.mock.method(world.storage.read.homeserverTasks, "due", () => found.promise);
		await world.outbox.run();
		let hasStopped = false;
		const stopped = world.outbox.stop().then(() => {
			hasStopped = true;
		});
		await world.quiet();
		assert.equal(hasStopped, false);
		found.resolve([alice]);
		await stopped;
		await world.outbox.deliver(alice);
		assert.deepEqual([world.calls, await world.waiting()], [[], 1]);
	});

	test("after a crash between the answer and writing it down, the call is repeated", async () => {
		await using world = await openOutboxWorld();
		await world.person("alice");
		await world.add("alice", { kind: "add-user" });
		// A server that is gone has it, and its lease is not over.
		const claim = { accountId: asAccountId("account-alice"), lease: "gone", early: false };
		await world.storage.write((unit) =>
			unit.homeserverTasks.claim({ ...claim, now: world.now(), until: world.now() + 120_000 }),
		);
		await world.settle();
		assert.deepEqual(world.calls, []);
		world.advance(120_000);
		await world.settle();
		assert.deepEqual([world.calls, await world.waiting()], [["provision_user alice"], 0]);
	});
});
