import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asAccountId } from "@countersign/core";
import type { Storage } from "../../src/storage/index.ts";

const alice = { id: asAccountId("a1"), localpart: "alice", passwordHash: "h1", createdAt: 5 };

/** What every storage of accounts must hold. */
export function accountsContract(name: string, open: () => Promise<Storage>): void {
	async function seeded() {
		const storage = await open();
		await storage.write((unit) => unit.accounts.add(alice));
		return storage;
	}

	describe(`accounts, stored in ${name}`, () => {
		test("a row comes back as it was put, by id and by name", async () => {
			const storage = await seeded();
			const expected = {
				...alice,
				...{ displayName: null, admin: false, lockedAt: null, deactivatedAt: null, generation: 0 },
				...{ passwordChangedAt: alice.createdAt, factorDemandedAt: null, adminBy: null },
			};
			assert.deepEqual(await storage.read.accounts.find({ id: alice.id }), expected);
			assert.deepEqual(await storage.read.accounts.find({ localpart: "alice" }), expected);
			assert.equal(await storage.read.accounts.find({ localpart: "Alice" }), undefined);
			assert.equal(await storage.read.accounts.find({ id: asAccountId("alice") }), undefined);
			await storage.close();
		});

		test("of many parallel adds of one name exactly one succeeds", async () => {
			const storage = await open();
			const added = await Promise.all(
				Array.from({ length: 50 }, (_, index) =>
					storage.write((unit) => unit.accounts.add({ ...alice, id: asAccountId(`a${index}`) })),
				),
			);
			assert.equal(added.filter(Boolean).length, 1);
			await storage.close();
		});

		test("of many parallel changes in one generation exactly one succeeds", async () => {
			const storage = await seeded();
			const changed = await Promise.all(
				Array.from({ length: 50 }, (_, index) =>
					storage.write((unit) =>
						unit.accounts.replacePassword({ id: alice.id, generation: 0, to: `n${index}`, at: 6 }),
					),
				),
			);
			assert.equal(changed.filter(Boolean).length, 1);
			const winner = changed.indexOf(true);
			assert.equal((await storage.read.accounts.find({ id: alice.id }))?.passwordChangedAt, 6);
			assert.equal((await storage.read.accounts.find({ id: alice.id }))?.passwordHash, `n${winner}`);
			await storage.close();
		});

		test("since when a second factor is demanded is noted once, in its generation alone, until it is forgotten", async () => {
			const storage = await seeded();
			const since = async () => (await storage.read.accounts.find({ id: alice.id }))?.factorDemandedAt;
			const note = (generation: number, at: number) =>
				storage.write((unit) => unit.accounts.noteFactorDemanded({ id: alice.id, generation, at }));
			await note(1, 3);
			assert.equal(await since(), null);
			await Promise.all(Array.from({ length: 10 }, (_, index) => note(0, 4 + index)));
			const first = (await since()) ?? assert.fail();
			await note(0, 99);
			assert.equal(await since(), first);
			await storage.write((unit) => unit.accounts.forgetFactorDemand(alice.id));
			assert.equal(await since(), null);
			await storage.close();
		});

		test("a changed password, a lock and throwing everybody out begin another generation, of that account alone", async () => {
			const storage = await seeded();
			await storage.write((unit) => unit.accounts.add({ ...alice, id: asAccountId("b1"), localpart: "bob" }));
			const generation = async (id: AccountId) => (await storage.read.accounts.find({ id }))?.generation;
			await storage.write((unit) =>
				unit.accounts.replacePassword({ id: alice.id, generation: 0, to: "h2", at: 6 }),
			);
			assert.equal(await generation(alice.id), 1);
			await storage.write((unit) => unit.accounts.raiseGeneration(alice.id));
			assert.equal(await generation(alice.id), 2);
			await storage.write((unit) =>
				unit.accounts.replacePassword({ id: alice.id, generation: 1, to: "h3", at: 7 }),
			);
			assert.deepEqual([await generation(alice.id), await generation(asAccountId("b1"))], [2, 0]);
			await storage.write((unit) => unit.accounts.lock(alice.id, 8));
			await storage.write((unit) => unit.accounts.lock(alice.id, 9));
			await storage.write((unit) => unit.accounts.lock(alice.id, null));
			assert.equal(await generation(alice.id), 3, "a lock too, and its end not");
			await storage.close();
		});

		test("a password is set whatever it was before, unless the account is closed", async () => {
			const storage = await seeded();
			const set = (to: string) =>
				storage.write((unit) => unit.accounts.replacePassword({ id: alice.id, to, at: 6 }));
			assert.equal(await set("h2"), true);
			assert.equal((await storage.read.accounts.find({ id: alice.id }))?.passwordHash, "h2");
			await storage.write((unit) => unit.accounts.close(alice.id, { erase: false, now: 9 }));
			assert.equal(await set("h3"), false);
			assert.equal((await storage.read.accounts.find({ id: alice.id }))?.passwordHash, null);
			await storage.close();
		});

		test("a password that is hashed anew stays the same password, unless another was chosen meanwhile", async () => {
			const storage = await seeded();
			await storage.write((unit) => unit.accounts.add({ ...alice, id: asAccountId("b1"), localpart: "bob" }));
			const rehash = (from: string, to: string) =>
				storage.write((unit) => unit.accounts.rehash({ id: alice.id, from, to }));
			const before = await storage.read.accounts.find({ id: alice.id });
			await rehash("h1", "h2");
			// Neither sessions nor the time of its last change are touched.
			assert.deepEqual(await storage.read.accounts.find({ id: alice.id }), { ...before, passwordHash: "h2" });
			assert.equal((await storage.read.accounts.find({ localpart: "bob" }))?.passwordHash, "h1");
			await storage.write((unit) => unit.accounts.replacePassword({ id: alice.id, to: "chosen", at: 6 }));
			await rehash("h2", "h3");
			assert.equal((await storage.read.accounts.find({ id: alice.id }))?.passwordHash, "chosen");
			await storage.write((unit) => unit.accounts.close(alice.id, { erase: false, now: 9 }));
			await rehash("chosen", "h4");
			assert.equal((await storage.read.accounts.find({ id: alice.id }))?.passwordHash, null);
			await storage.close();
		});

		test("of many parallel locks exactly one takes; unlocking works once; a closed account has neither", async () => {
			const storage = await seeded();
			const lock = (at: number | null) => storage.write((unit) => unit.accounts.lock(alice.id, at));
			const locked = await Promise.all(Array.from({ length: 50 }, (_, index) => lock(index + 1)));
			assert.equal(locked.filter(Boolean).length, 1);
			const lockedAt = locked.indexOf(true) + 1;
			assert.equal((await storage.read.accounts.find({ id: alice.id }))?.lockedAt, lockedAt);
			assert.deepEqual([await lock(null), await lock(null)], [true, false]);
			assert.equal((await storage.read.accounts.find({ id: alice.id }))?.lockedAt, null);
			await storage.write((unit) => unit.accounts.close(alice.id, { erase: false, now: 9 }));
			assert.equal(await lock(10), false);
			await storage.close();
		});

		test("of many who make an administrator one does, and so with the end of it, which begins a generation", async () => {
			const storage = await seeded();
			const many = async (admin: boolean) => {
				const one = () => storage.write((unit) => unit.accounts.setAdmin(alice.id, admin));
				return (await Promise.all(Array.from({ length: 20 }, one))).filter(Boolean).length;
			};
			const stored = async () => {
				const row = await storage.read.accounts.find({ id: alice.id });
				return [row?.admin, row?.generation];
			};
			assert.equal(await many(false), 0, "an ordinary account is none already");
			assert.equal(await many(true), 1);
			assert.deepEqual(await stored(), [true, 0]);
			assert.equal(await many(false), 1);
			assert.deepEqual(await stored(), [false, 1]);
			await storage.close();
		});

		test("what a service gave it takes away, until the operator says so too: of many who do one is told", async () => {
			const storage = await seeded();
			const write = storage.write.bind(storage);
			const set = (admin: boolean, by?: string) =>
				write((unit) => unit.accounts.setAdmin(alice.id, admin, by));
			const keep = async () => {
				const one = () => write((unit) => unit.accounts.keepAdmin(alice.id));
				return (await Promise.all(Array.from({ length: 20 }, one))).filter(Boolean).length;
			};
			assert.equal(await keep(), 0, "who is none is made none by it");
			await set(true, "company");
			assert.deepEqual([await set(false, "other"), await set(true), await keep()], [false, false, 1]);
			assert.deepEqual([await set(false, "company"), await keep()], [false, 0]);
			assert.equal((await storage.read.accounts.find({ id: alice.id }))?.admin, true);
			assert.equal(await set(false), true);
			await set(true, "company");
			assert.equal(await set(false, "company"), true);
			await set(true, "company");
			await write((unit) => unit.accounts.close(alice.id, { erase: false, now: 9 }));
			assert.equal(await keep(), 0);
			await storage.close();
		});

		test("a closed account administers nothing, and is no administrator when it is opened again", async () => {
			const storage = await seeded();
			const promote = () => storage.write((unit) => unit.accounts.setAdmin(alice.id, true));
			assert.equal(await promote(), true);
			await storage.write((unit) => unit.accounts.close(alice.id, { erase: false, now: 7 }));
			assert.equal(await promote(), false);
			await storage.write((unit) => unit.accounts.reopen(alice.id, { passwordHash: "h2", now: 9 }));
			assert.equal((await storage.read.accounts.find({ id: alice.id }))?.admin, false);
			await storage.close();
		});

		test("everybody is listed by name, locked and closed accounts included", async () => {
			const storage = await seeded();
			await storage.write(async ({ accounts }) => {
				await accounts.add({ ...alice, id: asAccountId("a0"), localpart: "zoe" });
				await accounts.add({ ...alice, id: asAccountId("a2"), localpart: "aaron" });
				await accounts.lock(asAccountId("a2"), 7);
				await accounts.close(asAccountId("a0"), { erase: true, now: 8 });
			});
			const names = (await storage.read.accounts.list()).map(({ localpart }) => localpart);
			assert.deepEqual(names, ["aaron", "alice", "zoe"]);
			await storage.close();
		});

		test("an account closes once, forgets its password, and takes no new one", async () => {
			const storage = await seeded();
			const closed = await Promise.all(
				Array.from({ length: 50 }, () =>
					storage.write((unit) => unit.accounts.close(alice.id, { erase: true, now: 9 })),
				),
			);
			assert.equal(closed.filter(Boolean).length, 1);
			const row = await storage.read.accounts.find({ id: alice.id });
			assert.equal(row?.deactivatedAt, 9);
			assert.equal(row?.passwordHash, null);
			const change = { id: alice.id, from: "h1", to: "h2", at: 10 };
			assert.equal(await storage.write((unit) => unit.accounts.replacePassword(change)), false);
			await storage.close();
		});

		test("of many parallel reopenings of a closed account exactly one takes, as locked as it was and of another generation", async () => {
			const storage = await seeded();
			const reopen = (passwordHash: string) =>
				storage.write((unit) => unit.accounts.reopen(alice.id, { passwordHash, now: 9 }));
			assert.equal(await reopen("early"), false, "an open account keeps its password");
			await storage.write(async (unit) => {
				await unit.accounts.lock(alice.id, 6);
				await unit.accounts.close(alice.id, { erase: false, now: 7 });
			});
			const reopened = await Promise.all(Array.from({ length: 20 }, (_, index) => reopen(`n${index}`)));
			assert.equal(reopened.filter(Boolean).length, 1);
			const row = await storage.read.accounts.find({ id: alice.id });
			assert.deepEqual([row?.deactivatedAt, row?.lockedAt, row?.generation], [null, 6, 2]);
			assert.equal(row?.passwordHash, `n${reopened.indexOf(true)}`);
			await storage.close();
		});
	});
}
