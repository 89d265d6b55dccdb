import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, type TestContext, test } from "node:test";
import { asAccountId } from "@countersign/core";
import type { SecurityEventKind } from "../../src/audit/ports.ts";
import { endOfWait, lossRefusals, momentOf } from "../../src/lost-factors/lifetimes.ts";
import type { Storage } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";

const [minute, day] = [60_000, 86_400_000];
const start = 1_800_000_000_000;
const at = (ms: number) => momentOf(start + ms);
const addressKey = "alice@example.org";
const bob = asAccountId("account-bob");
const passwordKinds = ["sign-in-refused", "password-refused"] as const;

/** What every storage of lost factors must hold. Times are by value. */
export function factorLossesContract(name: string, open: () => Promise<Storage>): void {
	type Unit = Storage["read"];

	async function withAlice(t: TestContext) {
		const storage = await open();
		t.after(() => storage.close());
		const { accountId } = await seedAccount(storage, { localpart: "alice", deviceIds: [], at: 1 });
		const write = <T>(work: (unit: Unit) => Promise<T>) => storage.write(work);
		const vouch = (key: string, since: number) =>
			write((unit) => unit.addresses.vouch({ accountId, address: key, key, at: since }));
		await vouch(addressKey, start - 30 * day);
		const ask = (ms = 0, id = "loss-1", generation = 0) =>
			write((unit) => unit.factorLosses.ask({ id, accountId, generation, at: at(ms) }));
		const begin = (ms: number, key = addressKey, id = "loss-1") =>
			write((unit) => unit.factorLosses.begin({ id, addressKey: key, at: at(ms) }));
		const finish = (ms: number, key = addressKey) =>
			write((unit) => unit.factorLosses.finish({ id: "loss-1", addressKey: key, at: at(ms) }));
		const warn = (ms: number) => write((unit) => unit.factorLosses.warn(at(ms)));
		const endWait = (ms: number) => write((unit) => unit.factorLosses.endWait(at(ms)));
		const live = async (ms: number) =>
			(await storage.read.factorLosses.ofAccount(accountId, at(ms))) !== undefined;
		/** Asked, begun, told of and over: at eight days the factors may go. */
		const ready = async () => {
			await ask();
			await begin(0);
			await warn(6 * day);
			await endWait(7 * day);
		};
		/** Lines of the log, each kind in turn. */
		const refuse = (count: number, kinds: readonly SecurityEventKind[], ms: number, of = accountId) =>
			write(async (unit) => {
				for (let nth = 0; nth < count; nth++)
					await unit.events.record({
						...{ id: randomUUID(), accountId: of, at: start + ms, detail: {} },
						...{ kind: kinds[nth % kinds.length] ?? assert.fail(), actor: { kind: "somebody" } },
					});
			});
		const stopGuessed = (ms: number, id?: string) =>
			write((unit) =>
				unit.factorLosses.stopGuessed(id === undefined ? { at: at(ms) } : { at: at(ms), id }, 20),
			);
		const read = storage.read.factorLosses;
		return {
			...{ accountId, write, vouch, ask, begin, finish, warn, endWait, live, ready, read },
			...{ refuse, stopGuessed },
		};
	}

	describe(`lost factors, ${name}`, () => {
		test("are asked for once a minute, until the time begins, and then not again", async (t) => {
			const { ask, begin, live } = await withAlice(t);
			assert.deepEqual(
				[await ask(), await ask(minute - 1, "b"), await ask(minute, "loss-1")],
				[true, false, true],
			);
			assert.equal(await begin(minute), true);
			assert.equal(await ask(5 * day, "d"), false);
			assert.equal(await live(5 * day), true);
		});

		test("begin within a day, of a hundred at once for one, by an address that is old enough", async (t) => {
			const { ask, begin, vouch, live } = await withAlice(t);
			await vouch("young@example.org", start - 30 * day + 1);
			await ask();
			assert.equal(await live(day - 1), true);
			assert.equal(await live(day), false);
			for (const [ms, key, id] of [
				[day, addressKey, "loss-1"],
				[1, "young@example.org", "loss-1"],
				[1, "nobodys@example.org", "loss-1"],
				[1, addressKey, "loss-2"],
			] as const)
				assert.equal(await begin(ms, key, id), false, `${ms} ${key} ${id}`);
			const begun = await Promise.all(Array.from({ length: 100 }, () => begin(day - 1)));
			assert.equal(begun.filter(Boolean).length, 1);
		});

		test("are told of six days later, and over a day after that and seven after the beginning", async (t) => {
			const { ask, begin, warn, endWait, read } = await withAlice(t);
			await ask();
			await begin(0);
			assert.equal(await read.isDue(at(6 * day - 1)), false);
			assert.equal(await warn(6 * day - 1), undefined);
			assert.equal(await read.isDue(at(6 * day)), true);
			assert.equal(await endWait(8 * day), undefined, "nobody was told of the end");
			// A server that stood still for a while.
			const told = await Promise.all(Array.from({ length: 20 }, () => warn(8 * day)));
			assert.deepEqual(
				told.flatMap((one) => one?.localpart ?? []),
				["alice"],
			);
			assert.equal(await endWait(9 * day - 1), undefined);
			const ended = await Promise.all(Array.from({ length: 20 }, () => endWait(9 * day)));
			assert.deepEqual(
				ended.flatMap((one) => one?.id ?? []),
				["loss-1"],
			);
			assert.equal(await read.isDue(at(20 * day)), false);
		});

		test("are not over before seven days, whenever that was told of", async (t) => {
			const { ask, begin, warn, endWait, finish } = await withAlice(t);
			await ask();
			await begin(0);
			await warn(6 * day);
			assert.equal(await endWait(7 * day - 1), undefined);
			assert.equal(await finish(7 * day), false, "the second letter was not sent");
			assert.equal((await endWait(7 * day))?.toldAt, start + 7 * day);
			assert.equal(await finish(7 * day - 1), false);
		});

		test("are carried out once, of a hundred at once too, within a week, by an address that is old enough", async (t) => {
			const { ready, finish, vouch, read, ask } = await withAlice(t);
			await vouch("young@example.org", start - 30 * day + 1);
			await ready();
			assert.equal(await finish(14 * day), false);
			assert.equal(await finish(8 * day, "young@example.org"), false);
			const done = await Promise.all(Array.from({ length: 100 }, () => finish(14 * day - 1)));
			assert.equal(done.filter(Boolean).length, 1);
			assert.equal((await read.find("loss-1", at(15 * day)))?.doneAt, start + 14 * day - 1);
			assert.equal(await ask(15 * day, "again"), true);
		});

		test("that nobody carried out are asked for anew", async (t) => {
			const { ready, ask, live } = await withAlice(t);
			await ready();
			assert.equal(await live(14 * day - 1), true);
			assert.equal(await ask(14 * day - 1, "again"), false);
			assert.equal(await live(14 * day), false);
			assert.equal(await ask(14 * day, "again"), true);
		});

		test("have their second letter again a minute after the last, and no longer for it", async (t) => {
			const { ready, write, finish } = await withAlice(t);
			await ready();
			const again = (ms: number) => write((unit) => unit.factorLosses.tellAgain("loss-1", at(ms)));
			assert.equal(await again(7 * day + minute - 1), false);
			const all = await Promise.all(Array.from({ length: 20 }, () => again(8 * day)));
			assert.equal(all.filter(Boolean).length, 1);
			assert.equal(await again(14 * day), false);
			assert.equal(await finish(14 * day), false);
		});

		type Change = (
			unit: Unit,
			accountId: Parameters<Unit["accounts"]["raiseGeneration"]>[0],
		) => Promise<unknown>;
		const ends: Readonly<Record<string, Change>> = {
			"a factor that is shown": (unit, id) => unit.factorLosses.stop(id, start),
			"everybody thrown out": (unit, id) => unit.accounts.raiseGeneration(id),
			"another password": (unit, id) => unit.accounts.replacePassword({ id, to: "x", at: 2 }),
			"a lock": (unit, id) => unit.accounts.lock(id, 2),
			"a lock that was taken away": async (unit, id) => {
				await unit.accounts.lock(id, 2);
				await unit.accounts.lock(id, null);
			},
			"a closed account": (unit, id) => unit.accounts.close(id, { erase: false, now: 2 }),
		};
		for (const [what, happens] of Object.entries(ends)) {
			test(`end with ${what}, at every step`, async (t) => {
				const steps = ["asked", "begun", "ready"] as const;
				for (const step of steps) {
					const { accountId, write, ask, begin, ready, finish, warn, live } = await withAlice(t);
					if (step === "ready") await ready();
					else await ask();
					if (step === "begun") await begin(0);
					await write((unit) => happens(unit, accountId));
					assert.equal(await live(1), false, step);
					assert.deepEqual(
						[await begin(1), await warn(6 * day), await finish(8 * day)],
						[false, undefined, false],
					);
				}
			});
		}

		test("are stopped once, and told whether the time had begun; what is done stays", async (t) => {
			const { accountId, write, ask, begin, finish, warn, endWait } = await withAlice(t);
			const stop = () => write((unit) => unit.factorLosses.stop(accountId, start));
			assert.equal(await stop(), undefined);
			await ask();
			assert.deepEqual([await stop(), await stop()], ["asked", undefined]);
			await ask(minute);
			await begin(minute);
			const all = await Promise.all(Array.from({ length: 20 }, stop));
			assert.deepEqual(
				all.filter((one) => one !== undefined),
				["waiting"],
			);
			await ask(2 * minute);
			await begin(2 * minute);
			await warn(7 * day);
			await endWait(8 * day);
			assert.equal(await finish(8 * day), true);
			assert.equal(await stop(), undefined);
		});

		test("that ended otherwise are not said to be stopped by who shows a factor later", async (t) => {
			for (const [what, happens] of Object.entries(ends).slice(1)) {
				const { accountId, write, ask, begin } = await withAlice(t);
				await ask();
				await begin(0);
				await write((unit) => happens(unit, accountId));
				assert.equal(await write((unit) => unit.factorLosses.stop(accountId, start)), undefined, what);
			}
			const { accountId, write, ready } = await withAlice(t);
			const stop = (ms: number) => write((unit) => unit.factorLosses.stop(accountId, at(ms).toldAfter));
			await ready();
			assert.equal(await stop(14 * day), undefined, "nobody took them within a week");
			assert.equal(await stop(14 * day - 1), "waiting");
		});

		const kinds = ["code-refused"] as const;
		const most = 20;
		test("end where 20 codes were refused since they began, and not with one less", async (t) => {
			const { accountId, write, ask, begin, warn, endWait, finish, live, refuse, stopGuessed } =
				await withAlice(t);
			assert.deepEqual(lossRefusals, { codes: most, passwordMs: 72_000 });
			await ask();
			await refuse(most, kinds, minute - 1);
			await begin(minute);
			await refuse(most - 1, kinds, minute);
			const passwords = 250;
			await refuse(2 * passwords, ["signed-in", "sign-in-refused"], minute);
			await write((unit) =>
				unit.accounts.add({ id: bob, localpart: "bob", passwordHash: "unused", createdAt: 1 }),
			);
			await refuse(most, kinds, 2 * minute, bob);
			for (const id of ["loss-1", undefined]) assert.equal(await stopGuessed(7 * day, id), undefined);
			assert.equal(await live(7 * day), true);
			await refuse(1, kinds, 3 * day);
			const due = 6 * day + minute + passwords * 72_000;
			assert.equal(await stopGuessed(due - 1), undefined, "nothing is due");
			assert.equal(await stopGuessed(7 * day, "loss-2"), undefined);
			const all = await Promise.all(Array.from({ length: 20 }, () => stopGuessed(due)));
			assert.deepEqual(
				all.filter((one) => one !== undefined),
				[accountId],
			);
			assert.deepEqual(
				[await live(due), await warn(8 * day), await endWait(9 * day), await finish(9 * day)],
				[false, undefined, undefined, false],
			);
		});

		test("end with 20 refused codes when their end is due, and when they are carried out", async (t) => {
			const due = await withAlice(t);
			await due.ask();
			await due.begin(0);
			await due.warn(6 * day);
			await due.refuse(most, kinds, 7 * day - 1);
			assert.equal(await due.stopGuessed(7 * day - 1), undefined);
			assert.equal(await due.stopGuessed(7 * day), due.accountId);
			const over = await withAlice(t);
			await over.ready();
			await over.refuse(most, kinds, 8 * day);
			assert.equal(await over.stopGuessed(8 * day), undefined, "nothing is due");
			assert.equal(await over.stopGuessed(14 * day, "loss-1"), undefined, "it is over");
			assert.equal(await over.stopGuessed(8 * day, "loss-1"), over.accountId);
		});

		test("wait 72 seconds longer for each password that was refused since they began, until they are over", async (t) => {
			const { accountId, ask, begin, warn, endWait, finish, refuse, write, read } = await withAlice(t);
			await ask();
			await refuse(9, passwordKinds, minute - 1);
			await begin(minute);
			await refuse(3, passwordKinds, minute);
			await refuse(19, ["code-refused", "signed-in"], minute);
			await write((unit) =>
				unit.accounts.add({ id: bob, localpart: "bob", passwordHash: "unused", createdAt: 1 }),
			);
			await refuse(9, passwordKinds, minute, bob);
			const later = minute + 3 * 72_000;
			const seen = await read.ofAccount(accountId, at(minute));
			assert.deepEqual([seen?.refused, (await read.find("loss-1", at(minute)))?.refused], [3, 3]);
			assert.equal(await read.isDue(at(6 * day + later - 1)), false);
			assert.equal(await warn(6 * day + later - 1), undefined);
			assert.equal(await read.isDue(at(6 * day + later)), true);
			assert.equal((await warn(6 * day + later))?.refused, 3);
			await refuse(1, passwordKinds, 6 * day + later);
			assert.equal(await endWait(7 * day + later), undefined);
			assert.equal(await endWait(7 * day + later + 71_999), undefined);
			assert.equal((await endWait(7 * day + later + 72_000))?.localpart, "alice");
			await refuse(99, passwordKinds, 7 * day + later + 72_000);
			assert.equal(await finish(7 * day + later + 72_000), true);
		});

		test("wait a fortnight longer at the most, however many passwords are refused", async (t) => {
			const { ask, begin, refuse, write } = await withAlice(t);
			// Each as 5000 of them: a client that was forgotten.
			const passwordMs = 5_000 * 72_000;
			const warn = (ms: number) => write((unit) => unit.factorLosses.warn({ ...at(ms), passwordMs }));
			const endWait = (ms: number) => write((unit) => unit.factorLosses.endWait({ ...at(ms), passwordMs }));
			await ask();
			await begin(0);
			await refuse(4, passwordKinds, minute);
			assert.equal(await warn(20 * day - 1), undefined);
			assert.equal((await warn(20 * day))?.localpart, "alice");
			assert.equal(await endWait(21 * day - 1), undefined);
			assert.equal((await endWait(21 * day))?.localpart, "alice");
			const now = { begunAt: 0, refused: 16_800 };
			assert.deepEqual(
				[endOfWait({ ...now, refused: 16_799 }), endOfWait(now)],
				[21 * day - 72_000, 21 * day],
			);
			assert.equal(endOfWait({ ...now, refused: 16_801 }), 21 * day);
		});

		test("are told of again where the end comes a day later than was said, and not where the server stood still", async (t) => {
			const { ask, begin, warn, endWait, refuse, read } = await withAlice(t);
			await ask();
			await begin(0);
			assert.ok(await warn(6 * day));
			// Two days and an hour.
			await refuse(2450, passwordKinds, 6 * day);
			const end = 9 * day + 3_600_000;
			assert.equal(await warn(8 * day), undefined, "the end is more than a day away");
			assert.equal(await read.isDue(at(end - day - 1)), false);
			const told = await Promise.all(Array.from({ length: 20 }, () => warn(end - day)));
			assert.equal(told.filter((one) => one !== undefined).length, 1);
			assert.equal(await endWait(end - 1), undefined, "a day after that was told");
			assert.ok(await endWait(end));
			assert.equal(await warn(12 * day), undefined, "it is over");
			const still = await withAlice(t);
			await still.ask();
			await still.begin(0);
			await still.warn(6 * day);
			assert.equal(await still.warn(10 * day), undefined);
			assert.ok(await still.endWait(10 * day));
		});

		test("are kept a month from their last step, and while they wait", async (t) => {
			const { ask, begin, warn, endWait, live, write, accountId } = await withAlice(t);
			const clean = (ms: number) => write((unit) => unit.factorLosses.deleteBefore(start + ms - 30 * day));
			await ask();
			await begin(day - 1);
			// A server that stood still.
			assert.equal(await clean(40 * day), 0);
			await warn(40 * day);
			await endWait(41 * day);
			assert.equal(await clean(48 * day - 1), 0, "the letter is good");
			assert.equal(await live(48 * day - 1), true);
			assert.equal(await clean(71 * day), 0);
			assert.equal(await clean(71 * day + 1), 1);
			await ask(72 * day, "other");
			await begin(72 * day, addressKey, "other");
			await write((unit) => unit.accounts.raiseGeneration(accountId));
			assert.equal(await clean(102 * day + 1), 1, "it waits for nothing");
		});

		test("that have not begun, or are done, are not ended by guessing", async (t) => {
			const { ask, ready, finish, refuse, stopGuessed } = await withAlice(t);
			await ask();
			await refuse(20, ["code-refused"], 0);
			assert.equal(await stopGuessed(minute, "loss-1"), undefined);
			await ask(minute);
			await ready();
			assert.equal(await finish(8 * day), true);
			assert.equal(await stopGuessed(8 * day, "loss-1"), undefined);
		});

		test("are nothing for a password that was set by mail, until two factors were shown with it", async (t) => {
			const { accountId: id, write, ask, read } = await withAlice(t);
			const set = (isMailed: boolean) =>
				write((unit) => unit.accounts.replacePassword({ id, to: "x", at: 2, isMailed }));
			const vouch = (generation: number) =>
				write((unit) => unit.accounts.vouchForPassword({ id, generation }));
			assert.equal(await read.mayAsk(id), true);
			await set(true);
			assert.deepEqual([await read.mayAsk(id), await ask(0, "a", 1)], [false, false]);
			await vouch(0);
			assert.equal(await read.mayAsk(id), false, "of the password before");
			await vouch(1);
			assert.deepEqual([await read.mayAsk(id), await ask(0, "a", 1)], [true, true]);
			await set(true);
			await set(false);
			assert.deepEqual([await read.mayAsk(id), await ask(0, "b", 1)], [true, false]);
			assert.equal(await ask(0, "b", 3), true);
		});
	});
}
