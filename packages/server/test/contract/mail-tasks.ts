import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { AccountId } from "@countersign/core";
import type { QueuedLetter } from "../../src/notices/ports.ts";
import type { Storage } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";

const letters: readonly QueuedLetter[] = [
	{ kind: "address-code", to: "a@example.org", expiresAt: 9_000, seed: "seed" },
	{ kind: "address-removed", to: "b@example.org", expiresAt: 8_000, eventId: "r" },
	{
		kind: "notice",
		to: "c@example.org",
		expiresAt: 7_000,
		eventId: "e",
		event: "signed-in",
		at: "5",
		from: "",
	},
	{ kind: "password-link", to: "d@example.org", expiresAt: 6_000, seed: "other" },
	{ kind: "address-withdrawn", to: "e@example.org", expiresAt: 5_500 },
	{
		...{ kind: "ends-soon", to: "b@example.org", expiresAt: 9_500, what: "token-ends-soon" },
		...{ name: "Bot", ends: "1" },
	},
];

/** What every storage of letters that wait must hold, beside what holds for all tasks. */
export function mailTasksContract(name: string, open: () => Promise<Storage>): void {
	async function opened(t: TestContext) {
		const storage = await open();
		t.after(() => storage.close());
		const { accountId } = await seedAccount(storage, { localpart: "alice", deviceIds: [], at: 1 });
		for (const letter of letters)
			await storage.write(({ mailTasks }) => mailTasks.add(accountId, letter, 10));
		let leases = 0;
		const claim = (now: number) =>
			storage.write(({ mailTasks }) =>
				mailTasks.claim({ accountId, now, early: false, lease: `${++leases}`, until: now + 100 }),
			);
		return { storage, accountId, claim };
	}

	describe(`letters that wait, ${name}`, () => {
		test("are read as they were written, for whom they are", async (t) => {
			const { claim } = await opened(t);
			const claimed = [];
			for (const _ of letters) claimed.push(await claim(20));
			assert.deepEqual(
				claimed.map((task) => [task?.localpart, task?.letter]),
				letters.map((letter) => ["alice", letter]),
			);
		});

		test("do not wait for each other: neither for one that is under way, nor for one that is tried again later", async (t) => {
			const { storage, accountId, claim } = await opened(t);
			const first = (await claim(20)) ?? assert.fail();
			assert.deepEqual(await storage.read.mailTasks.due(20, 10), [accountId]);
			await storage.write(({ mailTasks }) =>
				mailTasks.settle(first, { state: "failed", failure: "not now", nextAt: 500 }),
			);
			const second = (await claim(20)) ?? assert.fail();
			assert.equal(second.letter?.kind, "address-removed");
			await storage.write(({ mailTasks }) => mailTasks.settle(second, { state: "done" }));
			for (const _ of letters.slice(2)) {
				const other = (await claim(20)) ?? assert.fail();
				await storage.write(({ mailTasks }) => mailTasks.settle(other, { state: "done" }));
			}
			assert.equal(await claim(20), undefined);
			assert.deepEqual(await storage.read.mailTasks.due(499, 10), []);
			assert.deepEqual(await storage.read.mailTasks.due(500, 10), [accountId]);
			assert.equal((await claim(500))?.letter?.kind, "address-code");
			assert.deepEqual(await storage.read.mailTasks.overview(), {
				...{ waiting: 1, refused: 0, oldestAt: 10, lastError: "not now" },
			});
		});

		test("may go to nobody, and are for who has the address when they leave", async (t) => {
			const storage = await open();
			t.after(() => storage.close());
			const { accountId } = await seedAccount(storage, { localpart: "alice", deviceIds: [], at: 1 });
			const [to, key, expiresAt] = ["E@example.org", "e@example.org", 9_000];
			const codes = ["one", "two"].map(
				(seed) => ({ kind: "registration-code", to, key, seed, expiresAt }) as const,
			);
			for (const code of codes) await storage.write(({ mailTasks }) => mailTasks.addToNobody(code, 10));
			const [first, second] = (await storage.read.mailTasks.due(20, 10)).toSorted();
			const claim = (whose: AccountId = assert.fail()) =>
				storage.write(({ mailTasks }) =>
					mailTasks.claim({ accountId: whose, now: 20, early: false, lease: "l", until: 120 }),
				);
			const [task] = [await claim(first)];
			assert.deepEqual([task?.localpart, task?.letter], [undefined, codes[0]]);
			await storage.write(({ addresses }) => addresses.confirm({ accountId, key, address: to, at: 5 }));
			const other = await claim(second);
			assert.deepEqual([other?.localpart, other?.letter], ["alice", codes[1]]);
		});

		test("go after their time, sent or not", async (t) => {
			const { storage } = await opened(t);
			const clean = (before: number) => storage.write(({ mailTasks }) => mailTasks.deleteBefore(before));
			assert.deepEqual([await clean(10), await clean(11), await clean(11)], [0, letters.length, 0]);
		});
	});
}
