import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { Storage } from "../../src/storage/index.ts";

type Begun = Storage["read"]["begunRegistrations"];

const [browserHash, key] = ["browser", "a@example.org"];
const begun = {
	...{ browserHash, address: "A@example.org", key, tokenHash: undefined, seed: "one" },
	...{ createdAt: 1_000, expiresAt: 10_000, since: 500 },
};

/** What every storage of addresses that are shown before an account must hold. */
export function begunRegistrationsContract(name: string, open: () => Promise<Storage>): void {
	async function opened(t: TestContext) {
		const storage = await open();
		t.after(() => storage.close());
		const write = <T>(work: (records: Begun) => Promise<T>) =>
			storage.write(({ begunRegistrations }) => work(begunRegistrations));
		const begin = (more: Partial<Parameters<Begun["begin"]>[0]> = {}) =>
			write((records) => records.begin({ ...begun, ...more }));
		const proved = () =>
			write((records) => records.prove({ browserHash, seed: "one", now: 2_000, expiresAt: 9_000 }));
		const use = (more: Partial<Parameters<Begun["use"]>[0]> = {}) =>
			write((records) => records.use({ browserHash, key, now: 3_000, ...more }));
		const tried = (now = 1_500) => write((records) => records.tryCode({ browserHash, atMost: 3, now }));
		return { write, begin, proved, use, tried, read: storage.read.begunRegistrations };
	}
	const atOnce = <T>(work: () => Promise<T>) => Promise.all(Array.from({ length: 20 }, work));

	describe(`addresses before an account, ${name}`, () => {
		test("are begun once, by however many at once, and found until they are over", async (t) => {
			const { begin, read } = await opened(t);
			const all = await atOnce(() => begin());
			assert.equal(all.filter(Boolean).length, 1);
			const found = { address: "A@example.org", key, isProved: false, createdAt: 1_000, tries: 0 };
			assert.deepEqual(await read.find(browserHash, 9_999), found);
			assert.equal(await read.find(browserHash, 10_000), undefined);
			assert.equal(await read.find("another", 2_000), undefined);
		});

		test("stay where the same letter was asked for a moment ago, and give way to every other", async (t) => {
			const { begin, tried, read } = await opened(t);
			assert.equal(await begin(), true);
			assert.equal(await begin({ seed: "two" }), false, "a moment ago");
			assert.equal(await begin({ seed: "two", since: 1_000 }), true, "longer ago");
			assert.equal(await begin({ seed: "three", tokenHash: "token" }), true, "with another token");
			assert.equal((await read.find(browserHash, 2_000))?.tokenHash, "token");
			assert.equal(await begin({ seed: "four", key: "b@example.org", address: "b@example.org" }), true);
			assert.equal(await begin({ seed: "five" }), true);
			assert.equal((await tried())?.seed, "five");
			assert.equal(await begin({ seed: "six" }), true, "a code was typed");
			assert.equal((await read.find(browserHash, 2_000))?.tries, 0);
			assert.equal(await begin({ seed: "seven", createdAt: 10_000, since: 9_500 }), true, "it was over");
		});

		test("that were shown stay, whenever the letter was asked for", async (t) => {
			const { begin, proved, read } = await opened(t);
			await begin();
			await proved();
			assert.equal((await read.find(browserHash, 8_999))?.isProved, true);
			assert.equal(await read.find(browserHash, 9_000), undefined, "for as long as the proof is good");
			assert.equal(await begin({ seed: "two", createdAt: 8_000, since: 7_000 }), false);
			assert.equal(await begin({ seed: "two", createdAt: 9_000, since: 7_000 }), true);
		});

		test("take as many codes as they may, of however many at once, until they are over or shown", async (t) => {
			const { begin, tried, proved } = await opened(t);
			assert.equal(await tried(), undefined);
			await begin();
			assert.equal(await tried(10_000), undefined);
			const all = await atOnce(() => tried());
			assert.deepEqual(
				all.flatMap((one) => one?.seed ?? []),
				["one", "one", "one"],
			);
			await begin({ since: 2_000 });
			await proved();
			assert.equal(await tried(), undefined);
		});

		test("are shown by the code of the letter that was sent last, once", async (t) => {
			const { write, begin, proved, read } = await opened(t);
			await begin();
			await write((records) => records.prove({ browserHash, seed: "other", now: 1, expiresAt: 2 }));
			assert.equal((await read.find(browserHash, 2_000))?.isProved, false);
			await proved();
			await write((records) => records.prove({ browserHash, seed: "one", now: 2_500, expiresAt: 99_000 }));
			assert.equal(await read.find(browserHash, 9_000), undefined, "nobody makes it last");
		});

		test("make one account, of however many at once, with the address that was shown; given back, another", async (t) => {
			const { write, begin, proved, use, read } = await opened(t);
			await begin();
			assert.equal(await use(), undefined, "not shown");
			await proved();
			assert.equal(await use({ key: "b@example.org" }), undefined);
			assert.equal(await use({ browserHash: "another" }), undefined);
			assert.equal(await use({ now: 9_000 }), undefined, "over");
			const all = await atOnce(() => use());
			assert.deepEqual(
				all.flatMap((one) => one?.address ?? []),
				["A@example.org"],
			);
			assert.equal(await read.find(browserHash, 3_000), undefined);
			await write((records) => records.giveBack(browserHash));
			assert.equal((await use())?.address, "A@example.org");
			assert.equal(await begin({ seed: "two" }), true, "of a browser whose account is made");
		});

		test("are forgotten where that address is meant, and deleted when they are over", async (t) => {
			const { write, begin, read } = await opened(t);
			await begin();
			await write((records) => records.forget({ browserHash, key: "b@example.org" }));
			assert.notEqual(await read.find(browserHash, 2_000), undefined);
			await write((records) => records.forget({ browserHash, key }));
			assert.equal(await read.find(browserHash, 2_000), undefined);
			await begin();
			const cleanUp = (before: number) => write((records) => records.deleteExpired(before));
			assert.equal(await cleanUp(10_000), 0);
			assert.equal(await cleanUp(10_001), 1);
		});
	});
}
