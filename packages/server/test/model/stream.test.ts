import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId } from "@countersign/core";
import fc from "fast-check";
import type { Storage } from "../../src/storage/index.ts";
import { dialect, openTemporaryStorage } from "../support/storage.ts";

const people = ["alice", "bob", "carol"].map((name) => asAccountId(`account-${name}`));

/** A unit of work that changes things of some people, in the order of their ids, and may fail at its end. */
interface Change {
	readonly of: readonly number[];
	readonly fails: boolean;
}

/** Units that are under way together. */
const together = fc.array(
	fc.record({
		of: fc.uniqueArray(fc.integer({ min: 0, max: people.length - 1 }), { minLength: 1 }),
		fails: fc.integer({ min: 0, max: 4 }).map((one) => one === 0),
	}),
	{ minLength: 1, maxLength: 8 },
);

let changes = 0;

async function opened(): Promise<Storage> {
	const storage = await openTemporaryStorage();
	await storage.write(async ({ accounts }) => {
		for (const id of people)
			await accounts.add({ id, localpart: id.slice(8), passwordHash: null, createdAt: 1 });
	});
	return storage;
}

/** Somebody who syncs: from where they last were to the latest position, again and again. */
async function follower(storage: Storage, person: number) {
	const accountId = people[person] ?? assert.fail();
	let position = await storage.read.stream.position(accountId);
	const seen: string[] = [];
	return {
		seen,
		async look() {
			const upTo = await storage.read.stream.position(accountId);
			assert.ok(upTo >= position, "no position is taken back");
			const news = await storage.read.accountData.between(accountId, { after: position, upTo });
			seen.push(...news.map(({ type }) => type));
			position = upTo;
		},
	};
}

async function change(
	storage: Storage,
	{ of, fails }: Change,
): Promise<readonly (readonly [person: number, type: string])[]> {
	const made = of.toSorted().map((person) => [person, `t${changes++}`] as const);
	const written = storage.write(async ({ accountData, stream }) => {
		for (const [person, type] of made) {
			const accountId = people[person] ?? assert.fail();
			await accountData.put({ accountId, type, content: {} }, await stream.next(accountId));
		}
		if (fails) throw new Error("on purpose");
	});
	if (!fails) return written.then(() => made);
	await assert.rejects(written, /on purpose/);
	return [];
}

test("whoever follows an account is told every change of it once, whatever is under way or fails beside it", async () => {
	const storage = await opened();
	await fc.assert(
		fc.asyncProperty(fc.array(together, { minLength: 1, maxLength: 5 }), async (rounds) => {
			const followers = await Promise.all(people.map((_, person) => follower(storage, person)));
			const expected: string[][] = people.map(() => []);
			for (const units of rounds) {
				let isOver = false;
				const looking = (async () => {
					while (!isOver) {
						await Promise.all(followers.map((one) => one.look()));
						// A file answers in the same turn: writes would never have theirs.
						await new Promise((resolve) => setImmediate(resolve));
					}
				})();
				const made = await Promise.all(units.map((unit) => change(storage, unit))).finally(() => {
					isOver = true;
				});
				for (const [person, type] of made.flat()) expected[person]?.push(type);
				await looking;
			}
			await Promise.all(followers.map((one) => one.look()));
			for (const [person, { seen }] of followers.entries())
				assert.deepEqual(seen.toSorted(), expected[person]?.toSorted());
		}),
		{ numRuns: dialect === "SQLite" ? 60 : 25 },
	);
	await storage.close();
});
