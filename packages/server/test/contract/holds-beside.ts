import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, type OpenHold } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { Storage } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";
import { until } from "../support/until.ts";

const now = 1_000_000;
const [alice, bob] = [asAccountId("account-alice"), asAccountId("account-bob")];
const nobody = asAccountId("nobody");
const [one, two, dry] = [asDeviceId("ONE"), asDeviceId("TWO"), asDeviceId("DRY")];

const hold = (reference: string, changes: Partial<OpenHold> = {}): OpenHold => ({
	...{ reference, accountId: alice, floor: 2, devices: [one], openedAt: now, lastAt: now, state: "held" },
	...changes,
});
const about = (reference: string, accountId = alice) => ({ reference, accountId, devices: [one] });
/** Of work: nothing but what is from the one version to the other. */
const only = { alone: [], but: [] };
const type = "m.secret_storage.key.K";

/** What every storage must hold of what apps removed at a Synapse, until that was told what becomes of it. */
export function holdsBesideContract(name: string, open: () => Promise<Storage>): void {
	async function opened() {
		const storage = await open();
		for (const localpart of ["alice", "bob"])
			await seedAccount(storage, { localpart, deviceIds: ["ONE", "TWO"], at: 1 });
		const told: string[] = [];
		storage.watch((accountIds) => told.push(...accountIds));
		const write: Storage["write"] = (work) => storage.write(work);
		/** Of whom everybody heard since the last time. What is heard is in the order of the commits. */
		const news = async () => {
			await write((unit) => unit.stream.next(nobody));
			await until(() => told.includes(nobody));
			return told.splice(0).filter((id) => id !== nobody);
		};
		return {
			...{ storage, write, news, holds: storage.read.holds, beside: storage.read.heldBeside },
			/** Puts it, with one type of account data, and ends it like this. */
			async ended(
				of: OpenHold,
				how: { readonly keepUntil: number } | "putBack" | "drop" | undefined,
			): Promise<OpenHold> {
				await write(async (unit) => {
					await unit.holds.put(of);
					await unit.holds.setAside(of, { type, before: { of: of.reference }, content: { n: 1 } });
				});
				await news();
				await write(async (unit) => {
					if (how === "putBack") assert.equal(await unit.holds.putBack(of, { now: now + 1 }), "begun");
					else if (how === "drop") await unit.holds.drop(of, now + 1);
					else if (how !== undefined) await unit.holds.keep(of, { until: how.keepUntil, now: now + 1 });
				});
				return of;
			},
			[Symbol.asyncDispose]: storage.close,
		};
	}

	describe(`holds beside Synapse in ${name}`, () => {
		test("an open one hides from its devices, a kept and a dropped one from everybody, and the highest counts", async () => {
			await using world = await opened();
			const hidden = async () => [
				await world.holds.hiddenFrom({ accountId: alice, deviceId: one }),
				await world.holds.hiddenFrom({ accountId: alice, deviceId: two }),
				(await world.beside.goneToAll(alice)).floor,
			];
			assert.deepEqual(await hidden(), [{ floor: 0 }, { floor: 0 }, 0]);
			await world.ended(hold("kept", { floor: 3 }), { keepUntil: now + 9 });
			assert.deepEqual(await hidden(), [{ floor: 3 }, { floor: 3 }, 3]);
			await world.ended(hold("dropped", { floor: 2 }), "drop");
			assert.deepEqual(await hidden(), [{ floor: 3 }, { floor: 3 }, 3]);
			await world.ended(hold("open", { floor: 5, state: "asked", dehydratedDevice: dry }), undefined);
			assert.deepEqual(await hidden(), [{ floor: 5, dehydratedDevice: dry }, { floor: 3 }, 3]);
			assert.deepEqual(await world.holds.hiddenFrom({ accountId: bob, deviceId: one }), { floor: 0 });
		});

		test("put back: it is to be told with what was there before, and over once that is said, by one", async () => {
			await using world = await opened();
			await world.ended(hold("h"), "putBack");
			assert.deepEqual(await world.news(), [alice]);
			assert.equal(await world.holds.open(alice), undefined);
			assert.deepEqual(await world.beside.unsettled(), [alice]);
			assert.deepEqual(await world.beside.work(alice), [{ ...about("h"), todo: "put-back" }]);
			assert.deepEqual(await world.beside.accountData("h"), [
				{ type, before: { of: "h" }, written: { n: 1 } },
			]);
			const finish = () => world.write((unit) => unit.heldBeside.finishBack("h", { now: now + 2 }));
			assert.deepEqual([await finish(), await finish()], [true, false]);
			assert.deepEqual([await world.beside.work(alice), await world.beside.unsettled()], [[], []]);
			assert.deepEqual(await world.beside.accountData("h"), []);
			assert.equal(await world.write((unit) => unit.holds.forgetEnded(now + 2)), 0, "not before its time");
			assert.equal(await world.write((unit) => unit.holds.forgetEnded(now + 3)), 1);
		});

		test("what is finished in one hold leaves another that comes back as it is", async () => {
			await using world = await opened();
			await world.ended(hold("h"), "putBack");
			await world.ended(hold("bobs", { accountId: bob }), "putBack");
			await world.write((unit) => unit.heldBeside.finishBack("h", { now: now + 2 }));
			assert.deepEqual(await world.beside.work(bob), [{ ...about("bobs", bob), todo: "put-back" }]);
			assert.equal((await world.beside.accountData("bobs")).length, 1);
		});

		test("dropped: versions from the first on are to go, each once, and with the last the hold is gone", async () => {
			await using world = await opened();
			await world.ended(hold("h", { floor: 5 }), "drop");
			assert.deepEqual(await world.news(), [alice]);
			assert.deepEqual(await world.beside.accountData("h"), [], "what was set aside goes at once");
			const drop = (from: number) => [{ ...about("h"), todo: "drop", from, to: 5, ...only }];
			assert.deepEqual(await world.beside.work(alice), drop(1));
			const note = (version: number) =>
				world.write((unit) => unit.heldBeside.noteDropped("h", version, now + 2));
			await note(3);
			assert.deepEqual(await world.beside.work(alice), drop(4));
			assert.deepEqual(await world.beside.unsettled(), [alice]);
			await note(5);
			assert.deepEqual([await world.beside.work(alice), await world.beside.unsettled()], [[], []]);
			assert.equal((await world.beside.goneToAll(alice)).floor, 0);
			assert.equal(await world.write((unit) => unit.holds.forgetEnded(now + 3)), 1);
		});

		test("a version that was taken alone hides and goes without those before it", async () => {
			await using world = await opened();
			const alone = [3];
			const open = await world.ended(hold("h", { floor: 0, alone }), undefined);
			assert.deepEqual(await world.holds.open(alice), open);
			const hidden = async () => [
				await world.holds.hiddenFrom({ accountId: alice, deviceId: one }),
				await world.holds.hiddenFrom({ accountId: alice, deviceId: two }),
				await world.beside.goneToAll(alice),
			];
			assert.deepEqual(await hidden(), [{ floor: 0, alone }, { floor: 0 }, { floor: 0 }]);
			await world.write((unit) => unit.holds.keep(open, { until: now + 5, now }));
			await world.ended(hold("other", { floor: 2, alone: [5] }), "drop");
			const both = { floor: 2, alone: [3, 5] };
			assert.deepEqual(await hidden(), [both, both, both]);
			const drop = { todo: "drop", from: 1 };
			assert.deepEqual(await world.beside.work(alice), [
				{ ...about("other"), ...drop, to: 2, alone: [5], but: [3] },
			]);
			await world.write((unit) => unit.heldBeside.noteDropped("other", 2, now));
			assert.deepEqual(await world.beside.work(alice), []);
			const over = await world.write((unit) => unit.holds.dropOver(now + 6, now));
			assert.deepEqual(
				over.map((kept) => [kept.floor, kept.alone]),
				[[0, alone]],
			);
			assert.deepEqual(await world.beside.work(alice), [{ ...about("h"), ...drop, to: 0, alone, but: [] }]);
			await world.write((unit) => unit.heldBeside.noteDropped("h", 0, now));
			assert.deepEqual([await world.beside.work(alice), await world.beside.unsettled()], [[], []]);
		});

		test("what another hold still keeps is not dropped, whatever is above it is", async () => {
			await using world = await opened();
			await world.ended(hold("kept", { floor: 2, openedAt: now - 1 }), { keepUntil: now + 9 });
			await world.ended(hold("h", { floor: 5 }), "drop");
			assert.deepEqual(await world.beside.work(alice), [
				{ ...about("h"), todo: "drop", from: 3, to: 5, ...only },
			]);
			await world.write((unit) => unit.heldBeside.noteDropped("h", 3, now + 2));
			assert.deepEqual(await world.beside.work(alice), [
				{ ...about("h"), todo: "drop", from: 4, to: 5, ...only },
			]);
		});

		test("one that keeps more keeps nothing from being dropped below it", async () => {
			await using world = await opened();
			await world.ended(hold("h", { floor: 2 }), "drop");
			await world.ended(hold("kept", { floor: 2, openedAt: now + 1 }), { keepUntil: now + 9 });
			assert.deepEqual(await world.beside.work(alice), [
				{ ...about("h"), todo: "drop", from: 1, to: 2, ...only },
			]);
		});

		test("what is noted of one that nobody drops changes nothing", async () => {
			await using world = await opened();
			await world.ended(hold("h", { floor: 2 }), { keepUntil: now + 9 });
			await world.write((unit) => unit.heldBeside.noteDropped("h", 2, now + 2));
			await world.write((unit) => unit.heldBeside.finishBack("h", { now: now + 2 }));
			assert.deepEqual(
				[(await world.holds.kept(alice)).length, (await world.beside.goneToAll(alice)).floor],
				[1, 2],
			);
		});

		test("kept: the dehydrated device is to go, whatever else is kept, until it did", async () => {
			await using world = await opened();
			await world.ended(hold("h", { dehydratedDevice: dry }), { keepUntil: now + 9 });
			assert.deepEqual(await world.news(), [alice]);
			assert.deepEqual(await world.beside.unsettled(), [alice]);
			assert.deepEqual(await world.beside.work(alice), [
				{ ...about("h"), todo: "remove-dehydrated", deviceId: dry },
			]);
			assert.equal((await world.beside.accountData("h")).length, 1);
			await world.write((unit) => unit.heldBeside.noteDehydratedRemoved("h"));
			assert.deepEqual([await world.beside.work(alice), await world.beside.unsettled()], [[], []]);
			assert.equal((await world.holds.kept(alice)).length, 1);
		});

		test("dropped with a dehydrated device both are to go, the device first", async () => {
			await using world = await opened();
			await world.ended(hold("h", { dehydratedDevice: dry }), "drop");
			assert.deepEqual(
				(await world.beside.work(alice)).map(({ todo }) => todo),
				["remove-dehydrated", "drop"],
			);
		});

		test("what is open is not settled yet, held or asked about", async () => {
			await using world = await opened();
			await world.ended(hold("h"), undefined);
			await world.ended(hold("bobs", { accountId: bob, state: "asked" }), undefined);
			assert.deepEqual((await world.beside.unsettled()).toSorted(), [alice, bob]);
			assert.deepEqual([await world.beside.work(alice), await world.beside.work(bob)], [[], []]);
		});

		test("what is kept is dropped after its time and not at it, with what was set aside", async () => {
			await using world = await opened();
			await world.ended(hold("open"), undefined);
			await world.ended(hold("bobs", { accountId: bob }), { keepUntil: now + 9 });
			const over = async (before: number) => [
				await world.holds.hasOver(before),
				(await world.write((unit) => unit.holds.dropOver(before, now))).length,
			];
			await world.news();
			assert.deepEqual(await over(now + 9), [false, 0]);
			assert.deepEqual(await world.news(), []);
			assert.deepEqual(await over(now + 10), [true, 1]);
			assert.deepEqual(await world.news(), [bob]);
			assert.deepEqual(await over(now + 10), [false, 0]);
			assert.deepEqual(await world.beside.work(bob), [
				{ ...about("bobs", bob), todo: "drop", from: 1, to: 2, ...only },
			]);
			assert.deepEqual(await world.beside.accountData("bobs"), []);
			assert.equal((await world.beside.accountData("open")).length, 1);
			assert.equal((await world.holds.open(alice))?.reference, "open");
		});

		test("all that is kept of one person is dropped at their word, and who watches hears of it", async () => {
			await using world = await opened();
			await world.ended(hold("first"), { keepUntil: now + 9 });
			await world.ended(hold("bobs", { accountId: bob }), { keepUntil: now + 9 });
			await world.news();
			await world.write((unit) => unit.holds.dropKept(alice, now));
			assert.deepEqual(await world.news(), [alice]);
			await world.write((unit) => unit.holds.dropKept(alice, now));
			assert.deepEqual(await world.news(), [], "there was nothing left");
			assert.deepEqual(
				[(await world.holds.kept(alice)).length, (await world.holds.kept(bob)).length],
				[0, 1],
			);
			assert.deepEqual(await world.beside.accountData("first"), []);
			assert.equal((await world.beside.accountData("bobs")).length, 1);
		});

		test("one that was closed is neither kept nor dropped afterwards", async () => {
			await using world = await opened();
			const back = await world.ended(hold("h"), "putBack");
			await world.news();
			await world.write(async (unit) => {
				await unit.holds.keep(back, { until: now + 9, now });
				await unit.holds.drop(back, now);
			});
			assert.deepEqual(await world.news(), []);
			assert.deepEqual(await world.beside.work(alice), [{ ...about("h"), todo: "put-back" }]);
			assert.equal((await world.beside.accountData("h")).length, 1);
		});

		test("an attempt that set too much aside tells of the type without what was there", async () => {
			await using world = await opened();
			await world.ended(hold("h"), undefined);
			const before = { text: "x".repeat(512 * 1024) };
			await world.write(async (unit) => {
				await unit.holds.setAside(hold("h"), { type: "m.large", before, content: { n: 2 } });
			});
			assert.deepEqual((await world.beside.accountData("h"))[0], {
				type: "m.large",
				before: undefined,
				written: { n: 2 },
			});
		});
	});
}
