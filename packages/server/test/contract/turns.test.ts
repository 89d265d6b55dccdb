/** Turns of one account: what asks another server in between is done by one at a time. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId } from "@countersign/core";
import { openPostgres, type Storage } from "../../src/storage/index.ts";
import { dialect, openTemporaryStorage } from "../support/storage.ts";

const [alice, bob] = [asAccountId("account-alice"), asAccountId("account-bob")];

/** Something that goes on until it is let go. */
function holding(storage: Storage, account = alice) {
	const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
	const done = storage.exclusively(account, async () => {
		begun.resolve();
		await end.promise;
	});
	return { begun: begun.promise, end: () => end.resolve(), done };
}

/** Two servers on one database where that can be, else twice the same. */
async function openTwo() {
	const one = await openTemporaryStorage();
	const { database } = one.place;
	const two = database === undefined ? one : await openPostgres(database, () => {});
	return {
		...{ one, two },
		async [Symbol.asyncDispose]() {
			if (two !== one) await two.close();
			await one.close();
		},
	};
}

describe(`turns in ${dialect}`, () => {
	test("are taken one after another for one account, at whichever server, and side by side for two", async () => {
		await using world = await openTwo();
		const order: string[] = [];
		const first = holding(world.one);
		await first.begun;
		const second = world.two.exclusively(alice, async () => void order.push("second"));
		// Somebody else's turn, asked for later at the same server, comes and goes meanwhile.
		await world.two.exclusively(bob, async () => void order.push("bob"));
		order.push("first");
		first.end();
		await Promise.all([first.done, second]);
		assert.deepEqual(order, ["bob", "first", "second"]);
	});

	test("never overlap, however many want one", async () => {
		await using world = await openTwo();
		let [inside, most, done] = [0, 0, 0];
		const storages = [world.one, world.two];
		await Promise.all(
			Array.from({ length: 24 }, (_, at) =>
				(storages[at % 2] ?? world.one).exclusively(alice, async () => {
					inside += 1;
					most = Math.max(most, inside);
					await new Promise((resolve) => setImmediate(resolve));
					inside -= 1;
					done += 1;
				}),
			),
		);
		assert.deepEqual([most, done], [1, 24]);
	});

	test("one that fails lets go, and says why", async () => {
		await using world = await openTwo();
		const failing = world.one.exclusively(alice, () => Promise.reject(new Error("on purpose")));
		await assert.rejects(failing, /on purpose/);
		assert.equal(await world.two.exclusively(alice, async () => "next"), "next");
	});
});
