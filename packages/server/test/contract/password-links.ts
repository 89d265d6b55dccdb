import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { AccountId } from "@countersign/core";
import type { Storage } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";

const secretHash = "hash-1";
const use = { secretHash, usedBy: "form-1", now: 2_000 };

/** What every storage of password links must hold. */
export function passwordLinksContract(name: string, open: () => Promise<Storage>): void {
	async function withLink(t: TestContext) {
		const storage = await open();
		t.after(() => storage.close());
		const { accountId } = await seedAccount(storage, { localpart: "alice", deviceIds: [], at: 1 });
		const link = {
			...{ accountId, secretHash, kind: "reset" as const, generation: 0 },
			...{ createdAt: 1_000, expiresAt: 5_000 },
		};
		type Unit = Storage["read"];
		const write = <T>(work: (unit: Unit) => Promise<T>) => storage.write(work);
		await write((unit) => unit.passwordLinks.put(link));
		return { accountId, link, write, read: storage.read.passwordLinks };
	}

	describe(`password links, ${name}`, () => {
		test("open until they are over, by their own secret alone", async (t) => {
			const { read } = await withLink(t);
			assert.deepEqual(await read.findLive(secretHash, 4_999), { kind: "reset", localpart: "alice" });
			assert.equal(await read.findLive(secretHash, 5_000), undefined);
			assert.equal(await read.findLive("hash-2", 2_000), undefined);
		});

		test("are invitations to who has never signed in by anything, and to nobody else", async (t) => {
			const storage = await open();
			t.after(() => storage.close());
			const kindOf = async (
				localpart: string,
				seed: (unit: Storage["read"], id: AccountId) => Promise<unknown>,
			) => {
				const { accountId } = await seedAccount(storage, {
					localpart,
					deviceIds: [],
					at: 1,
					passwordHash: null,
				});
				await storage.write((unit) => seed(unit, accountId));
				return storage.read.passwordLinks.kindFor(accountId);
			};
			assert.equal(await kindOf("new", async () => {}), "invitation");
			const link = { provider: "company", subject: "s" };
			const linked = ({ accountLinks }: Storage["read"], accountId: AccountId) =>
				accountLinks.add({ ...link, accountId });
			assert.equal(await kindOf("linked", linked), "reset");
			for (const kind of ["signed-in", "device-signed-in", "password-removed"] as const)
				assert.equal(
					await kindOf(kind, ({ events }, accountId) =>
						events.record({ id: kind, accountId, at: 1, kind, actor: { kind: "person" }, detail: {} }),
					),
					"reset",
					kind,
				);
			const browser = {
				idHash: "b",
				generation: 0,
				createdAt: 1,
				provedAt: 1,
				provedHow: "passkey",
			} as const;
			const signedIn = ({ browserSessions }: Storage["read"], accountId: AccountId) =>
				browserSessions.add({ ...browser, accountId, expiresAt: 9, address: "192.0.2.1" });
			assert.equal(await kindOf("browser", signedIn), "reset");
			const { accountId } = await seedAccount(storage, {
				localpart: "app",
				deviceIds: ["PHONE"],
				at: 1,
				passwordHash: null,
			});
			assert.equal(await storage.read.passwordLinks.kindFor(accountId), "reset");
			const { accountId: known } = await seedAccount(storage, { localpart: "known", deviceIds: [], at: 1 });
			assert.equal(await storage.read.passwordLinks.kindFor(known), "reset");
		});

		test("are used by one of a hundred at once, and told to that one", async (t) => {
			const { accountId, write, read } = await withLink(t);
			const used = await Promise.all(
				Array.from({ length: 100 }, (_, at) =>
					write((unit) => unit.passwordLinks.use({ ...use, usedBy: `form-${at}` })),
				),
			);
			const [winner, ...others] = used.flatMap((one, at) => (one === undefined ? [] : [at]));
			assert.deepEqual(others, []);
			assert.deepEqual(used[winner ?? -1], { accountId, generation: 0, isMailed: false });
			assert.equal(await read.findLive(secretHash, 2_000), undefined);
			const told = await read.findUsed(secretHash, `form-${winner}`);
			assert.deepEqual([told?.usedAt, told?.account.id], [2_000, accountId]);
			assert.equal(await read.findUsed(secretHash, "form-100"), undefined);
		});

		test("that nobody used are told to nobody", async (t) => {
			const { read } = await withLink(t);
			assert.equal(await read.findUsed(secretHash, "form-1"), undefined);
		});

		const deaths: Readonly<Record<string, (unit: Storage["read"], link: Link) => Promise<unknown>>> = {
			"a lock": (unit, { accountId }) => unit.accounts.lock(accountId, 1_500),
			"a lock that was taken away again": async (unit, { accountId }) => {
				await unit.accounts.lock(accountId, 1_500);
				await unit.accounts.lock(accountId, null);
			},
			"being made for who is locked": async (unit, link) => {
				await unit.accounts.lock(link.accountId, 1_500);
				await unit.passwordLinks.put({ ...link, generation: 1 });
			},
			"closing the account": (unit, { accountId }) =>
				unit.accounts.close(accountId, { erase: false, now: 1_500 }),
			"closing it and opening it again": async (unit, { accountId }) => {
				await unit.accounts.close(accountId, { erase: false, now: 1_500 });
				await unit.accounts.reopen(accountId, { passwordHash: "h", now: 1_600 });
			},
			"another password": (unit, { accountId }) =>
				unit.accounts.replacePassword({ id: accountId, to: "another", at: 1_500 }),
			"a newer link": (unit, link) =>
				unit.passwordLinks.put({ ...link, secretHash: "hash-2", createdAt: 1_500 }),
		};
		for (const [what, happens] of Object.entries(deaths)) {
			test(`end with ${what}`, async (t) => {
				const { link, write, read } = await withLink(t);
				await write((unit) => happens(unit, link));
				assert.equal(await read.findLive(secretHash, 2_000), undefined);
				assert.equal(await write((unit) => unit.passwordLinks.use(use)), undefined);
			});
		}

		test("are not used once they are over, and a newer one is as good as the first", async (t) => {
			const { accountId, link, write, read } = await withLink(t);
			assert.equal(await write((unit) => unit.passwordLinks.use({ ...use, now: 5_000 })), undefined);
			assert.ok(await write((unit) => unit.passwordLinks.use({ ...use, now: 4_999 })));
			const newer = { ...link, secretHash: "hash-2", createdAt: 6_000, expiresAt: 9_000 };
			await write((unit) => unit.passwordLinks.put(newer));
			assert.deepEqual(await read.findLive("hash-2", 6_000), { kind: "reset", localpart: "alice" });
			assert.equal(await read.findUsed("hash-2", "form-1"), undefined);
			const again = await write((unit) =>
				unit.passwordLinks.use({ secretHash: "hash-2", usedBy: "form-2", now: 6_000 }),
			);
			assert.deepEqual(again, { accountId, generation: 0, isMailed: false });
		});

		test("that are mailed are several, and each needs its address to be still its person's", async (t) => {
			const { accountId, link, write, read } = await withLink(t);
			const mailed = ["one@x.org", "two@x.org"].map((addressKey, nth) => ({
				...{ ...link, addressKey, secretHash: `mailed-${nth}` },
			}));
			for (const { addressKey: key } of mailed)
				await write(({ addresses }) => addresses.vouch({ accountId, address: key, key, at: 1 }));
			for (const one of mailed) await write((unit) => unit.passwordLinks.put(one));
			const opens = async () => {
				const all = [secretHash, ...mailed.map((one) => one.secretHash)];
				const found = await Promise.all(all.map((hash) => read.findLive(hash, 2_000)));
				return found.map((one) => one !== undefined);
			};
			assert.deepEqual(await opens(), [true, true, true]);
			await write(({ addresses }) => addresses.remove(accountId, "one@x.org"));
			assert.deepEqual(await opens(), [true, false, true]);
			const used = await write((unit) => unit.passwordLinks.use({ ...use, secretHash: "mailed-1" }));
			assert.deepEqual(used, { accountId, generation: 0, isMailed: true });
		});

		test("of what strangers typed each is looked up once", async (t) => {
			const { write } = await withLink(t);
			const asking = { typed: "alice", address: "192.0.2.1" };
			for (const [id, askedAt] of [["b", 1] as const, ["a", 2] as const])
				await write(({ recovery }) => recovery.add({ ...asking, typed: `alice ${id}`, id, askedAt }));
			const taken = await Promise.all([1, 2, 3].map(() => write(({ recovery }) => recovery.take())));
			const typed = taken.flatMap((one) => (one === undefined ? [] : [one.typed]));
			assert.deepEqual(typed.toSorted(), ["alice a", "alice b"]);
		});
	});
}

type Link = Parameters<Storage["read"]["passwordLinks"]["put"]>[0];
