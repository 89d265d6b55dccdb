import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Storage } from "../../src/storage/index.ts";

const alice = { id: "a1", localpart: "alice", passwordHash: "h1", createdAt: 5 };

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
			};
			assert.deepEqual(await storage.read.accounts.find({ id: "a1" }), expected);
			assert.deepEqual(await storage.read.accounts.find({ localpart: "alice" }), expected);
			assert.equal(await storage.read.accounts.find({ localpart: "Alice" }), undefined);
			assert.equal(await storage.read.accounts.find({ id: "alice" }), undefined);
			await storage.close();
		});

		test("of many parallel adds of one name exactly one succeeds", async () => {
			const storage = await open();
			const added = await Promise.all(
				Array.from({ length: 50 }, (_, index) =>
					storage.write((unit) => unit.accounts.add({ ...alice, id: `a${index}` })),
				),
			);
			assert.equal(added.filter(Boolean).length, 1);
			await storage.close();
		});

		test("of many parallel changes from one password hash exactly one succeeds", async () => {
			const storage = await seeded();
			const changed = await Promise.all(
				Array.from({ length: 50 }, (_, index) =>
					storage.write((unit) =>
						unit.accounts.replacePassword({ id: "a1", from: "h1", to: `n${index}`, at: 6 }),
					),
				),
			);
			assert.equal(changed.filter(Boolean).length, 1);
			const winner = changed.indexOf(true);
			assert.equal((await storage.read.accounts.find({ id: "a1" }))?.passwordHash, `n${winner}`);
			await storage.close();
		});

		test("a changed password and throwing everybody out begin another generation, of that account alone", async () => {
			const storage = await seeded();
			await storage.write((unit) => unit.accounts.add({ ...alice, id: "b1", localpart: "bob" }));
			const generation = async (id: string) => (await storage.read.accounts.find({ id }))?.generation;
			await storage.write((unit) => unit.accounts.replacePassword({ id: "a1", from: "h1", to: "h2", at: 6 }));
			assert.equal(await generation("a1"), 1);
			await storage.write((unit) => unit.accounts.raiseGeneration("a1"));
			assert.equal(await generation("a1"), 2);
			await storage.write((unit) => unit.accounts.replacePassword({ id: "a1", from: "h1", to: "h3", at: 7 }));
			assert.deepEqual([await generation("a1"), await generation("b1")], [2, 0]);
			await storage.close();
		});

		test("an account closes once, forgets its password, and takes no new one", async () => {
			const storage = await seeded();
			const closed = await Promise.all(
				Array.from({ length: 50 }, () =>
					storage.write((unit) => unit.accounts.close("a1", { erase: true, now: 9 })),
				),
			);
			assert.equal(closed.filter(Boolean).length, 1);
			const row = await storage.read.accounts.find({ id: "a1" });
			assert.equal(row?.deactivatedAt, 9);
			assert.equal(row?.passwordHash, null);
			const change = { id: "a1", from: "h1", to: "h2", at: 10 };
			assert.equal(await storage.write((unit) => unit.accounts.replacePassword(change)), false);
			await storage.close();
		});
	});
}
