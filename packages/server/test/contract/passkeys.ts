import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { Storage } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";

type Unit = Storage["read"];

/** What every storage of passkeys, of answered challenges and of begun sign-ins must hold. */
export function passkeysContract(name: string, open: () => Promise<Storage>): void {
	async function withPasskey(t: TestContext) {
		const storage = await open();
		t.after(() => storage.close());
		const of = async (localpart: string) =>
			(await seedAccount(storage, { localpart, deviceIds: [], at: 1 })).accountId;
		const [accountId, other] = [await of("alice"), await of("bob")];
		const passkey = {
			...{ id: "one", accountId, credentialId: "credential-1", publicKey: "key", counter: 7 },
			...{ transports: ["internal", "hybrid"], host: "localhost", name: "Phone", createdAt: 1_000 },
		};
		const write = <T>(work: (unit: Unit) => Promise<T>) => storage.write(work);
		assert.equal(await write((unit) => unit.passkeys.add(passkey)), true);
		return { accountId, other, passkey, write, read: storage.read };
	}

	const atOnce = <T>(work: () => Promise<T>) => Promise.all(Array.from({ length: 50 }, work));

	describe(`passkeys, ${name}`, () => {
		test("are found by their credential, and listed with their account in the order they were added", async (t) => {
			const { accountId, other, passkey, write, read } = await withPasskey(t);
			const second = { ...passkey, id: "0", credentialId: "credential-2", createdAt: 999 };
			assert.equal(await write((unit) => unit.passkeys.add(second)), true);
			const stored = { ...passkey, lastUsedAt: null };
			assert.deepEqual(await read.passkeys.find("credential-1"), stored);
			assert.equal(await read.passkeys.find("credential-3"), undefined);
			assert.deepEqual(await read.passkeys.list(accountId), [{ ...second, lastUsedAt: null }, stored]);
			assert.deepEqual(await read.passkeys.list(other), []);
		});

		test("let the password go only where one of this host is left, once, and in the generation that was meant", async (t) => {
			const { accountId, other, write, read } = await withPasskey(t);
			const { generation } = (await read.accounts.find({ id: accountId })) ?? assert.fail();
			const remove = (how: Partial<Parameters<Unit["accounts"]["removePassword"]>[0]> = {}) =>
				write(({ accounts }) =>
					accounts.removePassword({ id: accountId, generation, passkeyHost: "localhost", ...how }),
				);
			assert.equal(await remove({ passkeyHost: "elsewhere" }), false);
			assert.equal(await remove({ generation: generation + 1 }), false);
			assert.equal(await remove({ id: other }), false);
			const before = await read.accounts.find({ id: accountId });
			assert.notEqual(before?.passwordHash, null);
			const all = await atOnce(() => remove());
			assert.equal(all.filter(Boolean).length, 1);
			const after = (await read.accounts.find({ id: accountId })) ?? assert.fail();
			assert.deepEqual([after.passwordHash, after.generation], [null, generation + 1]);
			assert.equal(await remove({ generation: generation + 1 }), false);
		});

		test("are of one account: a credential that is known is added to nobody else", async (t) => {
			const { other, passkey, write, read } = await withPasskey(t);
			const claimed = { ...passkey, id: "two", accountId: other };
			assert.equal(await write((unit) => unit.passkeys.add(claimed)), false);
			assert.deepEqual(await read.passkeys.list(other), []);
		});

		test("count upwards: of many uses with one count one is taken, and none with an earlier", async (t) => {
			const { write, read } = await withPasskey(t);
			const use = (counter: number) => write((unit) => unit.passkeys.use("one", { counter, at: 2_000 }));
			for (const counter of [0, 6, 7]) assert.equal(await use(counter), false, `${counter}`);
			assert.equal((await read.passkeys.find("credential-1"))?.lastUsedAt, null);
			assert.equal((await atOnce(() => use(8))).filter(Boolean).length, 1);
			const { counter, lastUsedAt } = (await read.passkeys.find("credential-1")) ?? assert.fail();
			assert.deepEqual([counter, lastUsedAt], [8, 2_000]);
		});

		test("that do not count stay at zero, until they do", async (t) => {
			const { passkey, write } = await withPasskey(t);
			const still = { ...passkey, id: "still", credentialId: "credential-2", counter: 0 };
			await write((unit) => unit.passkeys.add(still));
			const use = (counter: number) => write((unit) => unit.passkeys.use("still", { counter, at: 1 }));
			assert.deepEqual([await use(0), await use(0), await use(1), await use(0)], [true, true, true, false]);
		});

		test("are removed by their own account, once", async (t) => {
			const { accountId, other, write, read } = await withPasskey(t);
			assert.equal(await write((unit) => unit.passkeys.remove("one", other)), false);
			assert.equal(await write((unit) => unit.passkeys.remove("two", accountId)), false);
			const removed = await atOnce(() => write((unit) => unit.passkeys.remove("one", accountId)));
			assert.equal(removed.filter(Boolean).length, 1);
			assert.equal(await read.passkeys.find("credential-1"), undefined);
		});

		test("go all at once with an account, and with no other", async (t) => {
			const { accountId, other, passkey, write, read } = await withPasskey(t);
			const theirs = { ...passkey, id: "two", accountId: other, credentialId: "credential-2" };
			await write((unit) => unit.passkeys.add(theirs));
			assert.equal(await write((unit) => unit.passkeys.removeAllOf(accountId)), 1);
			assert.equal((await read.passkeys.list(other)).length, 1);
		});
	});

	describe(`one-time codes, ${name}`, () => {
		test("are used in their order: of fifty at once one, and none of an earlier step", async (t) => {
			const { accountId, other, write, read } = await withPasskey(t);
			const app = { accountId, secret: "sealed", lastStep: 5, createdAt: 1_000 };
			await write((unit) => unit.oneTimeCodes.put(app));
			assert.deepEqual(await read.oneTimeCodes.find(accountId), { secret: "sealed", createdAt: 1_000 });
			assert.equal(await read.oneTimeCodes.find(other), undefined);
			const use = (step: number) => write((unit) => unit.oneTimeCodes.use(accountId, step));
			assert.deepEqual([await use(4), await use(5)], [false, false]);
			assert.equal((await atOnce(() => use(7))).filter(Boolean).length, 1);
			assert.deepEqual([await use(6), await use(8)], [false, true]);
			assert.equal(await write((unit) => unit.oneTimeCodes.use(other, 9)), false);
		});

		test("are of one app: a newer one takes its place, and it is removed once", async (t) => {
			const { accountId, write, read } = await withPasskey(t);
			for (const secret of ["one", "other"])
				await write((unit) => unit.oneTimeCodes.put({ accountId, secret, lastStep: 0, createdAt: 2 }));
			assert.equal((await read.oneTimeCodes.find(accountId))?.secret, "other");
			const removed = await atOnce(() => write((unit) => unit.oneTimeCodes.remove(accountId)));
			assert.equal(removed.filter(Boolean).length, 1);
			assert.equal(await read.oneTimeCodes.find(accountId), undefined);
		});
	});

	describe(`recovery codes, ${name}`, () => {
		test("are used once each, of fifty at once by one, by their own account", async (t) => {
			const { accountId, other, write, read } = await withPasskey(t);
			await write((unit) => unit.recoveryCodes.add(accountId, ["a", "b"]));
			const use = (of: typeof other, hash: string) => write((unit) => unit.recoveryCodes.use(of, hash, 5));
			assert.equal(await use(other, "a"), false);
			assert.equal(await use(accountId, "c"), false);
			assert.equal(await read.recoveryCodes.left(accountId), 2);
			assert.equal((await atOnce(() => use(accountId, "a"))).filter(Boolean).length, 1);
			assert.equal(await read.recoveryCodes.left(accountId), 1);
			assert.equal(await write((unit) => unit.recoveryCodes.removeAllOf(accountId)), 2);
			assert.equal(await use(accountId, "b"), false);
		});
	});

	describe(`answered challenges, ${name}`, () => {
		test("are written down by one of fifty at once", async (t) => {
			const { write } = await withPasskey(t);
			const used = await atOnce(() => write((unit) => unit.challenges.use("hash", 5_000)));
			assert.equal(used.filter(Boolean).length, 1);
			assert.equal(await write((unit) => unit.challenges.use("other", 5_000)), true);
		});

		test("stay until they would be over", async (t) => {
			const { write } = await withPasskey(t);
			await write((unit) => unit.challenges.use("hash", 5_000));
			assert.equal(await write((unit) => unit.challenges.deleteExpired(5_000)), 0);
			assert.equal(await write((unit) => unit.challenges.use("hash", 5_000)), false);
			assert.equal(await write((unit) => unit.challenges.deleteExpired(5_001)), 1);
		});
	});

	describe(`begun sign-ins, ${name}`, () => {
		test("are found until they are over, and end once", async (t) => {
			const { accountId, write, read } = await withPasskey(t);
			const begun = {
				idHash: "cookie",
				accountId,
				generation: 3,
				how: "upstream",
				at: 900,
				expiresAt: 5_000,
			} as const;
			await write((unit) => unit.begunSignIns.add(begun));
			const expected = { accountId, generation: 3, how: "upstream", at: 900 };
			assert.deepEqual(await read.begunSignIns.find("cookie", 4_999), expected);
			assert.equal(await read.begunSignIns.find("cookie", 5_000), undefined);
			assert.equal(await read.begunSignIns.find("other", 1), undefined);
			const ended = await atOnce(() => write((unit) => unit.begunSignIns.end("cookie")));
			assert.equal(ended.filter(Boolean).length, 1);
			assert.equal(await read.begunSignIns.find("cookie", 1), undefined);
		});

		test("go when they are over", async (t) => {
			const { accountId, write } = await withPasskey(t);
			await write((unit) =>
				unit.begunSignIns.add({
					...{ idHash: "cookie", accountId, generation: 0, how: "password", at: 1, expiresAt: 5_000 },
				}),
			);
			assert.equal(await write((unit) => unit.begunSignIns.deleteExpired(5_000)), 0);
			assert.equal(await write((unit) => unit.begunSignIns.deleteExpired(5_001)), 1);
		});
	});
}
