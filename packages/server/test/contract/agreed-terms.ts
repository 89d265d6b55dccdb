import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Storage } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";

/** What every storage of the terms that people agreed to must hold. */
export function agreedTermsContract(name: string, open: () => Promise<Storage>): void {
	describe(`terms that were agreed to, ${name}`, () => {
		test("are kept once for each person and version, by however many at once", async (t) => {
			const storage = await open();
			t.after(() => storage.close());
			const of = async (localpart: string) =>
				(await seedAccount(storage, { localpart, deviceIds: [], at: 1 })).accountId;
			const [accountId, other] = [await of("alice"), await of("bob")];
			const { agreedTerms: read } = storage.read;
			const add = (version: string, at: number) =>
				storage.write(({ agreedTerms }) => agreedTerms.add({ accountId, version, at }));
			assert.equal(await read.has({ accountId, version: "1" }), false);
			const all = await Promise.all(Array.from({ length: 20 }, (_, index) => add("1", 1_000 + index)));
			assert.equal(all.filter(Boolean).length, 1);
			assert.equal(await read.has({ accountId, version: "1" }), true);
			assert.equal(await read.has({ accountId, version: "2" }), false);
			assert.equal(await read.has({ accountId: other, version: "1" }), false);
			assert.equal(await add("2", 5_000), true);
			assert.equal(await read.has({ accountId, version: "1" }), true);
		});
	});
}
