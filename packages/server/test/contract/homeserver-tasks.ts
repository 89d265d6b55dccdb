import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asAccountId } from "@countersign/core";
import { asDeviceId, type DeviceId } from "@countersign/protocol";
import type { HomeserverTask, Telling } from "../../src/homeserver/synapse/ports.ts";
import type { Storage } from "../../src/storage/index.ts";

const alice = asAccountId("account-alice");
const bob = asAccountId("account-bob");

const removalOf = (deviceId: string) => ({ kind: "delete-device", deviceId: asDeviceId(deviceId) }) as const;

/** What it is about, beside its kind. */
function wordOf({ telling }: HomeserverTask): string {
	const { kind: _, ...rest } = telling ?? { kind: "unreadable" };
	return Object.values(rest).join();
}

/** What every storage must hold of what Synapse still has to be told, and of the devices made there. */
export function homeserverTasksContract(name: string, open: () => Promise<Storage>): void {
	async function opened() {
		const storage = await open();
		await storage.write(async ({ accounts }) => {
			await accounts.add({
				id: alice,
				localpart: "alice",
				passwordHash: "h",
				createdAt: 1,
				displayName: "A",
			});
			await accounts.add({ id: bob, localpart: "bob", passwordHash: "h", createdAt: 1 });
		});
		let leases = 0;
		return {
			storage,
			add: (accountId: AccountId, telling: Telling, now = 10) =>
				storage.write((unit) => unit.homeserverTasks.add({ accountId, telling, now })),
			claim: (accountId: AccountId, now = 20, early = false) =>
				storage.write((unit) =>
					unit.homeserverTasks.claim({ accountId, now, early, lease: `${++leases}`, until: now + 100 }),
				),
			due: (now: number) => storage.read.homeserverTasks.due(now, 10),
			done: (task: HomeserverTask) =>
				storage.write((unit) => unit.homeserverTasks.settle(task, { state: "done" })),
			fail: (task: HomeserverTask, nextAt: number) =>
				storage.write((unit) =>
					unit.homeserverTasks.settle(task, { state: "failed", failure: "timeout", nextAt }),
				),
			rest: (task: HomeserverTask, nextAt: number) =>
				storage.write((unit) => unit.homeserverTasks.settle(task, { state: "resting", toldAt: 30, nextAt })),
			overview: () => storage.read.homeserverTasks.overview(),
			[Symbol.asyncDispose]: storage.close,
		};
	}

	function must<T>(value: T | undefined): T {
		assert.ok(value !== undefined, "there is one");
		return value;
	}

	describe(`tasks for Synapse, stored in ${name}`, () => {
		test("a task comes back as it was put, with its person", async () => {
			await using world = await opened();
			await world.add(alice, removalOf("PHONE"));
			assert.deepEqual(await world.claim(alice), {
				...{ accountId: alice, localpart: "alice", displayName: "A", position: 1, lease: "1" },
				...{ telling: removalOf("PHONE"), createdAt: 10, attempts: 0 },
				...{ mayBeUnderWay: false, isRepeat: false },
			});
		});

		test("those of one person are had in their order, the next when the one before is done", async () => {
			await using world = await opened();
			for (const device of ["1", "2", "3"]) await world.add(alice, removalOf(device));
			const order: string[] = [];
			for (let task = await world.claim(alice); task !== undefined; task = await world.claim(alice)) {
				assert.equal(await world.claim(alice), undefined, "not while the one before is under way");
				order.push(wordOf(task));
				await world.done(task);
			}
			assert.deepEqual(order, ["1", "2", "3"]);
		});

		test("of many who want one task at once exactly one gets it", async () => {
			await using world = await opened();
			await world.add(alice, { kind: "add-user" });
			const claims = await Promise.all(Array.from({ length: 20 }, () => world.claim(alice)));
			assert.equal(claims.filter((task) => task !== undefined).length, 1);
		});

		test("what somebody had and did not come back with is another one's after its lease", async () => {
			await using world = await opened();
			await world.add(alice, { kind: "delete-user", erase: false });
			const first = must(await world.claim(alice, 20));
			assert.deepEqual(await world.due(119), []);
			assert.equal(await world.claim(alice, 119), undefined);
			assert.deepEqual(await world.due(120), [alice]);
			const second = must(await world.claim(alice, 120));
			assert.deepEqual([second.attempts, second.mayBeUnderWay], [1, true], "the first may still arrive");
			await world.done(first);
			assert.equal((await world.overview()).waiting, 1, "too late: it is not the first one's any more");
			await world.done(second);
			assert.deepEqual(await world.overview(), { waiting: 0, refused: 0 });
		});

		test("a clock that was ahead for a while, and is put right, holds nothing up", async () => {
			await using world = await opened();
			const year = 31_536_000_000;
			await world.add(alice, removalOf("PHONE"), year);
			must(await world.claim(alice, year));
			await world.add(bob, removalOf("PHONE"), year);
			await world.fail(must(await world.claim(bob, year)), year + 300_000);
			assert.deepEqual([...(await world.due(20))].sort(), [alice, bob]);
			for (const person of [alice, bob])
				assert.equal(must(await world.claim(person, 20)).mayBeUnderWay, true);
			assert.deepEqual(await world.due(20), []);
		});

		test("a failed one waits for its time, or for somebody who cannot wait", async () => {
			await using world = await opened();
			await world.add(alice, { kind: "set-locked", locked: true });
			await world.fail(must(await world.claim(alice)), 1_000);
			assert.deepEqual(await world.due(999), []);
			assert.equal(await world.claim(alice, 999), undefined);
			assert.deepEqual(await world.overview(), {
				...{ waiting: 1, refused: 0, oldestAt: 10, lastError: "timeout" },
			});
			const early = must(await world.claim(alice, 999, true));
			assert.deepEqual([early.attempts, early.mayBeUnderWay], [1, true]);
		});

		test("one that settles waits for its time whoever is in haste, and is then no longer in doubt", async () => {
			await using world = await opened();
			await world.add(alice, removalOf("PHONE"));
			const task = must(await world.claim(alice));
			await world.storage.write((unit) =>
				unit.homeserverTasks.settle(task, { state: "settling", nextAt: 1_000 }),
			);
			assert.equal(await world.claim(alice, 999, true), undefined);
			assert.equal((await world.overview()).lastError, undefined);
			assert.equal(must(await world.claim(alice, 1_000)).mayBeUnderWay, false);
		});

		test("one that settles and was taken by somebody who did not come back is in doubt again", async () => {
			await using world = await opened();
			await world.add(alice, removalOf("PHONE"));
			const task = must(await world.claim(alice));
			await world.storage.write((unit) =>
				unit.homeserverTasks.settle(task, { state: "settling", nextAt: 1_000 }),
			);
			must(await world.claim(alice, 1_000));
			assert.equal(must(await world.claim(alice, 1_100)).mayBeUnderWay, true);
		});

		test("one that rests holds nothing up, and comes first when its time has come", async () => {
			await using world = await opened();
			await world.add(alice, removalOf("PHONE"));
			await world.rest(must(await world.claim(alice)), 1_000);
			assert.deepEqual(await world.overview(), { waiting: 0, refused: 0 });
			assert.deepEqual([await world.due(999), await world.due(1_000)], [[], [alice]]);
			assert.equal(await world.claim(alice, 999, true), undefined, "haste does not bring it forward");
			await world.add(alice, { kind: "set-locked", locked: true });
			await world.add(alice, removalOf("LAPTOP"));
			assert.deepEqual(await world.due(999), [alice]);
			await world.done(must(await world.claim(alice, 999)));
			assert.equal((await world.overview()).waiting, 1);
			const again = must(await world.claim(alice, 1_000));
			assert.deepEqual([again.telling, again.isRepeat], [removalOf("PHONE"), true]);
			assert.deepEqual([again.attempts, again.mayBeUnderWay, again.createdAt], [1, false, 10]);
			assert.equal(await world.claim(alice, 1_000), undefined, "now the others wait for it");
			await world.done(again);
			assert.equal(must(await world.claim(alice, 1_000)).isRepeat, false);
		});

		test("one that rested and failed, or was not come back from, is an ordinary one in doubt", async () => {
			await using world = await opened();
			for (const [person, fail] of [
				[alice, (task: HomeserverTask) => world.fail(task, 1_100)],
				[bob, async () => {}],
			] as const) {
				await world.add(person, removalOf("PHONE"));
				await world.rest(must(await world.claim(person)), 1_000);
				await fail(must(await world.claim(person, 1_000)));
				const again = must(await world.claim(person, 1_100));
				assert.deepEqual([again.isRepeat, again.mayBeUnderWay], [false, true]);
			}
			assert.equal((await world.overview()).waiting, 2);
		});

		test("a removal takes the place of one of the same device that rests, but of none that is under way", async () => {
			await using world = await opened();
			for (const device of ["PHONE", "LAPTOP"]) {
				await world.add(alice, removalOf(device));
				await world.rest(must(await world.claim(alice)), 1_000);
			}
			const underWay = must(await world.claim(alice, 1_000));
			for (const device of ["PHONE", "LAPTOP"]) await world.add(alice, removalOf(device), 1_000);
			await world.done(underWay);
			const left: string[] = [];
			for (let task = await world.claim(alice, 9_000); task; task = await world.claim(alice, 9_000)) {
				left.push(`${wordOf(task)} ${task.isRepeat ? "again" : "anew"}`);
				await world.done(task);
			}
			assert.deepEqual(left, ["PHONE anew", "LAPTOP anew"]);
		});

		test("a clock that was ahead and is put right makes one that rests due", async () => {
			await using world = await opened();
			await world.add(alice, removalOf("PHONE"));
			await world.rest(must(await world.claim(alice)), 31_536_000_000);
			assert.deepEqual(await world.due(20), [alice]);
			assert.equal(must(await world.claim(alice, 20)).isRepeat, true);
		});

		test("one that cannot be read is had as such, and is in nobody else's way", async () => {
			await using world = await opened();
			await world.add(alice, { kind: "set-locked", locked: true });
			await world.add(bob, removalOf("PHONE"));
			const unknown = { kind: "set-flying" } as unknown as Telling;
			await world.done(must(await world.claim(alice)));
			await world.add(alice, unknown);
			assert.equal(must(await world.claim(alice)).telling, undefined);
			assert.deepEqual(must(await world.claim(bob)).telling, removalOf("PHONE"));
		});

		test("one that Synapse refuses for good stays to be seen and is in nobody's way", async () => {
			await using world = await opened();
			await world.add(alice, { kind: "add-user" });
			await world.add(alice, { kind: "set-locked", locked: true });
			const refused = must(await world.claim(alice));
			await world.storage.write((unit) =>
				unit.homeserverTasks.settle(refused, { state: "refused", failure: "no such name", at: 30 }),
			);
			assert.equal(must(await world.claim(alice)).telling?.kind, "set-locked");
			assert.deepEqual(await world.overview(), {
				...{ waiting: 1, refused: 1, oldestAt: 10, lastError: "no such name" },
			});
			const deleteRefused = (before: number) =>
				world.storage.write((unit) => unit.homeserverTasks.deleteRefused(before));
			assert.deepEqual([await deleteRefused(30), await deleteRefused(31)], [0, 1]);
			assert.deepEqual(await world.overview(), { waiting: 1, refused: 0, oldestAt: 10 });
		});

		test("the last name and the last lock take the place of those nobody has tried", async () => {
			await using world = await opened();
			await world.add(alice, { kind: "set-display-name", displayName: "one" });
			await world.add(bob, { kind: "set-display-name", displayName: "his" });
			const tried = must(await world.claim(alice));
			await world.fail(tried, 15);
			for (const name of ["two", "three"])
				await world.add(alice, { kind: "set-display-name", displayName: name });
			for (const locked of [true, false]) await world.add(alice, { kind: "set-locked", locked });
			for (let again = 0; again < 3; again++) await world.add(alice, removalOf("PHONE"));
			await world.add(alice, removalOf("LAPTOP"));
			const told: string[] = [];
			for (let task = await world.claim(alice); task !== undefined; task = await world.claim(alice)) {
				told.push(wordOf(task));
				await world.done(task);
			}
			assert.deepEqual(
				told,
				["one", "three", "false", "PHONE", "LAPTOP"],
				"what was tried may yet arrive first",
			);
			assert.equal(wordOf(must(await world.claim(bob))), "his");
		});

		test("each person is due once, who waits longest first, however many tasks they have", async () => {
			await using world = await opened();
			await world.add(bob, { kind: "add-user" }, 12);
			for (const device of ["1", "2"]) await world.add(alice, removalOf(device), 11);
			assert.deepEqual(await world.due(10), []);
			assert.deepEqual(await world.due(20), [alice, bob]);
			assert.deepEqual(await world.storage.read.homeserverTasks.due(20, 1), [alice]);
			await world.claim(alice);
			assert.deepEqual(await world.due(20), [bob]);
		});

		test("a device is not made before what would remove it, or makes its person, is told", async () => {
			await using world = await opened();
			const stands = (deviceId: DeviceId, accountId = alice) =>
				world.storage.read.homeserverTasks.standsAgainst({ accountId, deviceId });
			await world.add(alice, { kind: "set-locked", locked: true });
			await world.add(alice, removalOf("PHONE"));
			assert.deepEqual(
				[await stands(asDeviceId("PHONE")), await stands(asDeviceId("LAPTOP"))],
				[true, false],
			);
			assert.equal(await stands(asDeviceId("PHONE"), bob), false);
			for (const telling of [
				{ kind: "add-user" },
				{ kind: "delete-all-devices" },
				{ kind: "delete-user", erase: false },
				{ kind: "reactivate-user" },
			] as const) {
				await world.add(bob, telling);
				assert.equal(await stands(asDeviceId("LAPTOP"), bob), true, telling.kind);
				await world.done(must(await world.claim(bob)));
				assert.equal(await stands(asDeviceId("LAPTOP"), bob), false, telling.kind);
			}
		});
	});

	describe(`devices at Synapse, stored in ${name}`, () => {
		async function made() {
			const world = await opened();
			const { storage } = world;
			const phone = { accountId: alice, deviceId: asDeviceId("PHONE") };
			return {
				...world,
				begin: (making: string) =>
					storage.write((unit) => unit.homeserverDevices.begin({ ...phone, making, now: 5 })),
				finish: (making: string) =>
					storage.write((unit) => unit.homeserverDevices.finish({ ...phone, making })),
				forget: (making: string) =>
					storage.write((unit) => unit.homeserverDevices.forget({ ...phone, making })),
				remove: () => storage.write((unit) => unit.homeserver.removeDevice(alice, asDeviceId("PHONE"), 6)),
				has: () => storage.read.homeserver.hasDevice(alice, asDeviceId("PHONE")),
				rows: async () => (await storage.read.devices.list(alice)).length,
			};
		}

		test("a device is there once Synapse has said so, not before", async () => {
			await using world = await made();
			assert.equal(await world.begin("a"), "a");
			assert.equal(await world.has(), false);
			assert.equal(await world.begin("b"), "a", "a second maker helps the first");
			await world.finish("a");
			assert.equal(await world.has(), true);
			assert.equal(await world.begin("c"), undefined, "it is there");
			assert.equal(await world.has(), true);
		});

		test("a device removed and made anew meanwhile is not taken for the earlier one", async () => {
			await using world = await made();
			await world.begin("a");
			await world.remove();
			assert.equal(await world.begin("b"), "b");
			await world.finish("a");
			assert.equal(await world.has(), false, "what was made as a may have been removed since");
			await world.forget("a");
			assert.equal(await world.rows(), 1);
			await world.finish("b");
			assert.equal(await world.has(), true);
		});

		test("a device that is made anew drops removals of it that rest, and waits for one that is under way", async () => {
			await using world = await made();
			const stands = () =>
				world.storage.read.homeserverTasks.standsAgainst({ accountId: alice, deviceId: asDeviceId("PHONE") });
			await world.remove();
			await world.add(alice, removalOf("LAPTOP"));
			for (const _ of ["PHONE", "LAPTOP"]) await world.rest(must(await world.claim(alice)), 1_000);
			assert.equal(await stands(), false);
			const underWay = must(await world.claim(alice, 1_000));
			assert.equal(await stands(), true);
			await world.begin("a");
			assert.equal(await world.claim(alice, 1_000), undefined, "the one under way is still there");
			await world.rest(underWay, 2_000);
			await world.begin("b");
			assert.equal(wordOf(must(await world.claim(alice, 9_000))), "LAPTOP");
		});

		test("a device that Synapse will not make leaves nothing", async () => {
			await using world = await made();
			await world.begin("a");
			await world.forget("a");
			assert.deepEqual([await world.rows(), (await world.overview()).waiting], [0, 0]);
		});

		test("devices of sign-ins that broke off are removed there too", async () => {
			await using world = await made();
			await world.begin("a");
			const removed = await world.storage.write((unit) => unit.homeserver.removeUnheldDevices(6, 90, 0));
			assert.deepEqual([removed, await world.rows()], [1, 0]);
			const { telling, createdAt } = must(await world.claim(alice, 90));
			assert.deepEqual([telling, createdAt], [removalOf("PHONE"), 90]);
		});
	});
}
