import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { AddressRecords } from "../../src/identifiers/ports.ts";
import type { Storage } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";

const [address, key] = ["Alice@example.org", "alice@example.org"];

/** What every storage of e-mail addresses must hold. */
export function addressesContract(name: string, open: () => Promise<Storage>): void {
	async function opened(t: TestContext) {
		const storage = await open();
		t.after(() => storage.close());
		const { accountId: alice } = await seedAccount(storage, { localpart: "alice", deviceIds: [], at: 1 });
		const { accountId: bob } = await seedAccount(storage, { localpart: "bob", deviceIds: [], at: 1 });
		const code = { accountId: alice, key, address, seed: "seed", createdAt: 1_000, expiresAt: 5_000 };
		const write = <T>(work: (addresses: AddressRecords) => Promise<T>) =>
			storage.write((unit) => work(unit.addresses));
		return { storage, alice, bob, code, write, read: storage.read.addresses };
	}

	describe(`e-mail addresses, ${name}`, () => {
		test("are one person's, of many who confirm one at once", async (t) => {
			const { alice, bob, write, read } = await opened(t);
			const both = await Promise.all(
				[alice, bob, alice, bob].map((accountId) =>
					write((addresses) => addresses.confirm({ accountId, key, address, at: 2_000 })),
				),
			);
			const owner = (await read.ownerOf(key)) ?? assert.fail();
			assert.deepEqual(
				both,
				[alice, bob, alice, bob].map((accountId) => accountId === owner.accountId),
			);
			assert.equal(owner.address, address);
			const lists = [await read.list(alice), await read.list(bob)];
			assert.deepEqual(lists.flat(), [{ address, key, verifiedAt: 2_000 }]);
		});

		test("that another account only says are its own are nobody's there", async (t) => {
			const { alice, bob, write, read } = await opened(t);
			await write((addresses) => addresses.vouch({ accountId: alice, address, key, at: 1_000 }));
			await write((addresses) => addresses.vouch({ accountId: bob, address, key, at: 2_000 }));
			assert.deepEqual(await read.list(alice), [{ address, key, verifiedAt: 1_000 }]);
			assert.deepEqual(await read.list(bob), [{ address, key }]);
			assert.equal(await write((all) => all.confirm({ accountId: bob, key, address, at: 3_000 })), false);
			assert.deepEqual(await read.list(bob), [{ address, key }]);
			assert.deepEqual(await write((all) => all.remove(alice, key)), { address, wasVerified: true });
			assert.equal(await read.ownerOf(key), undefined);
			assert.equal(await write((all) => all.confirm({ accountId: bob, key, address: key, at: 4_000 })), true);
			assert.deepEqual(await read.list(bob), [{ address: key, key, verifiedAt: 4_000 }]);
			assert.equal(await write((all) => all.remove(alice, key)), undefined);
		});

		test("that are vouched for of many people at once are one person's, and nobody is refused an account", async (t) => {
			const { storage, alice, bob, write, read } = await opened(t);
			const names = ["carol", "dave", "erin", "frank"];
			const others = names.map((localpart) => seedAccount(storage, { localpart, deviceIds: [], at: 1 }));
			const people = [alice, bob, ...(await Promise.all(others)).map(({ accountId }) => accountId)];
			await Promise.all(
				people.map((accountId) => write((all) => all.vouch({ accountId, address, key, at: 2_000 }))),
			);
			const lists = (await Promise.all(people.map((accountId) => read.list(accountId)))).flat();
			assert.equal(lists.length, people.length);
			assert.equal(lists.filter(({ verifiedAt }) => verifiedAt !== undefined).length, 1);
		});

		test("are given up with the account, and with them the codes that wait", async (t) => {
			const { alice, bob, code, write, read } = await opened(t);
			await write((addresses) => addresses.vouch({ accountId: alice, address, key, at: 1_000 }));
			await write((addresses) => addresses.askCode({ ...code, key: "other@example.org" }));
			await write((addresses) => addresses.removeAllOf(bob));
			assert.equal((await read.list(alice)).length + (await read.waiting(alice, 1_000)).length, 2);
			await write((addresses) => addresses.removeAllOf(alice));
			assert.deepEqual([await read.list(alice), await read.waiting(alice, 1_000)], [[], []]);
		});
	});

	describe(`codes for addresses, ${name}`, () => {
		const tryIt = { key, atMost: 5, now: 2_000 };

		test("can be tried so often, by however many at once", async (t) => {
			const { alice: accountId, code, write } = await opened(t);
			await write((addresses) => addresses.askCode(code));
			const tries = await Promise.all(
				Array.from({ length: 20 }, () => write((addresses) => addresses.tryCode({ accountId, ...tryIt }))),
			);
			assert.deepEqual(
				tries.filter((one) => one !== undefined),
				Array.from({ length: 5 }, () => ({ seed: "seed", address })),
			);
			await write((addresses) => addresses.askCode({ ...code, seed: "newer" }));
			const again = await write((addresses) => addresses.tryCode({ accountId, ...tryIt }));
			assert.equal(again?.seed, "newer", "another letter has tries of its own, and the older code is over");
		});

		test("are over when their time is, when they are dropped, and for everybody else", async (t) => {
			const { alice: accountId, bob, code, write, read } = await opened(t);
			await write((addresses) => addresses.askCode(code));
			assert.deepEqual(await read.waiting(accountId, 4_999), [{ address, key, expiresAt: 5_000 }]);
			assert.deepEqual(await read.waiting(accountId, 5_000), []);
			for (const other of [{ accountId: bob }, { now: 5_000 }, { key: "other@example.org" }])
				assert.equal(
					await write((addresses) => addresses.tryCode({ accountId, ...tryIt, ...other })),
					undefined,
				);
			assert.ok(await write((addresses) => addresses.tryCode({ accountId, ...tryIt, now: 4_999 })));
			await write((addresses) => addresses.dropCode(bob, key));
			assert.equal((await read.waiting(accountId, 1_000)).length, 1);
			await write((addresses) => addresses.dropCode(accountId, key));
			assert.equal(await write((addresses) => addresses.tryCode({ accountId, ...tryIt })), undefined);
		});
	});
}
