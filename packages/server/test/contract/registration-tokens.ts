import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { Storage } from "../../src/storage/index.ts";

const use = { hash: "h", localpart: "alice", now: 2_000 };
const email = { address: "A@example.org", key: "a@example.org" };
const plain = { id: "one", hash: "h", name: "for the choir", uses: 3, createdAt: 1_000, madeBy: "root" };

/** What every storage of registration tokens must hold. */
export function registrationTokensContract(name: string, open: () => Promise<Storage>): void {
	async function withToken(t: TestContext, more: Partial<Parameters<Tokens["add"]>[0]> = {}) {
		const storage = await open();
		t.after(() => storage.close());
		const write = <T>(work: (tokens: Tokens) => Promise<T>) =>
			storage.write(({ registrationTokens }) => work(registrationTokens));
		await write((tokens) => tokens.add({ ...plain, ...more }));
		return { write, read: storage.read.registrationTokens };
	}

	describe(`registration tokens, ${name}`, () => {
		test("are used as often as they have uses, by however many at once", async (t) => {
			const { write, read } = await withToken(t);
			const all = await Promise.all(Array.from({ length: 20 }, () => write((tokens) => tokens.use(use))));
			assert.deepEqual(all.filter(Boolean), [{ id: "one" }, { id: "one" }, { id: "one" }]);
			assert.equal(await read.findGood(use), undefined);
			assert.deepEqual(await read.list(), [
				{ id: "one", name: "for the choir", uses: 3, used: 3, createdAt: 1_000, madeBy: "root" },
			]);
			await write((tokens) => tokens.giveBack("h"));
			assert.deepEqual(await read.findGood(use), { id: "one" });
		});

		test("without a number of uses and an end are good for ever", async (t) => {
			const { write } = await withToken(t, { uses: undefined });
			for (let times = 0; times < 5; times += 1)
				assert.ok(await write((tokens) => tokens.use({ ...use, now: 4e12 })));
		});

		test("are good until they are over, not from then on", async (t) => {
			const { write } = await withToken(t, { expiresAt: 5_000 });
			assert.ok(await write((tokens) => tokens.use({ ...use, now: 4_999 })));
			assert.equal(await write((tokens) => tokens.use({ ...use, now: 5_000 })), undefined);
		});

		test("of one name are good for it alone, and carry their address", async (t) => {
			const { write, read } = await withToken(t, { localpart: "alice", email });
			assert.equal(await write((tokens) => tokens.use({ ...use, localpart: "bob" })), undefined);
			assert.equal(await read.findGood({ ...use, hash: "other" }), undefined);
			const good = await write((tokens) => tokens.use(use));
			assert.deepEqual(good, { id: "one", localpart: "alice", email });
		});

		test("are revoked once, and good for nothing then", async (t) => {
			const { write, read } = await withToken(t);
			assert.equal(await write((tokens) => tokens.revoke("two", { at: 1_500, by: "root" })), false);
			assert.equal(await write((tokens) => tokens.revoke("one", { at: 1_500, by: "root" })), true);
			assert.equal(await write((tokens) => tokens.revoke("one", { at: 1_600, by: "root" })), false);
			assert.equal(await write((tokens) => tokens.use(use)), undefined);
			const [row] = await read.list();
			assert.deepEqual([row?.revokedAt, row?.revokedBy], [1_500, "root"]);
		});
	});
}

type Tokens = Storage["read"]["registrationTokens"];
