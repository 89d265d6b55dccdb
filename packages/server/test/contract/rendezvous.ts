import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { Storage } from "../../src/storage/index.ts";

const made = { payload: "AAAA", token: "t1", modifiedAt: 1_000, expiresAt: 10_000 };

/** What every storage of places to meet must hold. */
export function rendezvousContract(name: string, open: () => Promise<Storage>): void {
	async function opened(t: TestContext) {
		const storage = await open();
		t.after(() => storage.close());
		type Records = Storage["read"]["rendezvous"];
		const write = <T>(work: (records: Records) => Promise<T>) =>
			storage.write((unit) => work(unit.rendezvous));
		await write((r) => r.add({ idHash: "one", ...made }));
		return { write, read: storage.read.rendezvous };
	}
	const next = { expected: "t1", payload: "BBBB", token: "t2", now: 2_000 };

	describe(`places to meet, ${name}`, () => {
		test("are found and counted as they were made, until they expire", async (t) => {
			const { read } = await opened(t);
			assert.deepEqual(await read.find("one", 9_999), made);
			assert.equal(await read.find("one", 10_000), undefined);
			assert.equal(await read.find("two", 1_000), undefined);
			assert.equal(await read.countLive(9_999), 1);
			assert.equal(await read.countLive(10_000), 0);
		});

		test("are written by exactly one of a hundred who have seen the same payload", async (t) => {
			const { write, read } = await opened(t);
			const outcomes = await Promise.all(
				Array.from({ length: 100 }, (_, n) => write((r) => r.replace("one", { ...next, token: `w${n}` }))),
			);
			assert.equal(outcomes.filter(Boolean).length, 1);
			const winner = outcomes.indexOf(true);
			assert.deepEqual(await read.find("one", 2_000), {
				...made,
				payload: "BBBB",
				token: `w${winner}`,
				modifiedAt: 2_000,
			});
		});

		test("are not written over once they have expired, nor where there are none", async (t) => {
			const { write, read } = await opened(t);
			assert.equal(await write((r) => r.replace("one", { ...next, now: 10_000 })), false);
			assert.equal(await write((r) => r.replace("two", next)), false);
			assert.deepEqual(await read.find("one", 2_000), made);
			assert.equal(await write((r) => r.replace("one", { ...next, now: 9_999 })), true);
		});

		test("are removed once, and not after they have expired", async (t) => {
			const { write, read } = await opened(t);
			assert.equal(await write((r) => r.remove("one", 10_000)), false);
			assert.equal(await write((r) => r.remove("two", 2_000)), false);
			assert.equal(await write((r) => r.remove("one", 2_000)), true);
			assert.equal(await write((r) => r.remove("one", 2_000)), false);
			assert.equal(await read.find("one", 2_000), undefined);
		});

		test("clean-up takes those that expired, a hundred at a time", async (t) => {
			const { write, read } = await opened(t);
			for (let n = 0; n < 105; n++)
				await write((r) => r.add({ idHash: `old${n}`, ...made, expiresAt: 5_000 }));
			assert.equal(await write((r) => r.deleteExpired(5_000)), 0);
			assert.equal(await write((r) => r.deleteExpired(5_001)), 100);
			assert.equal(await write((r) => r.deleteExpired(5_001)), 5);
			assert.equal(await read.countLive(1_000), 1);
		});
	});
}
