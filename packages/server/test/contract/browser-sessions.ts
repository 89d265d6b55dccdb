import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId } from "@countersign/core";
import type { NewBrowserSession } from "../../src/people/ports.ts";
import type { Storage } from "../../src/storage/index.ts";

const now = 1_000;
const alice = { id: asAccountId("a1"), localpart: "alice", passwordHash: "h1", createdAt: 5 };

/** What every storage of browser sessions must hold. */
export function browserSessionsContract(name: string, open: () => Promise<Storage>): void {
	async function seeded(...hashes: readonly string[]) {
		const storage = await open();
		await storage.write(async (unit) => {
			await unit.accounts.add(alice);
			await unit.accounts.add({ ...alice, id: asAccountId("b1"), localpart: "bob" });
			for (const idHash of hashes) await unit.browserSessions.add(session(idHash));
		});
		return storage;
	}
	const session = (idHash: string): NewBrowserSession => ({
		...{ idHash, accountId: idHash.startsWith("bob") ? asAccountId("b1") : alice.id, generation: 0 },
		...{
			createdAt: now,
			provedHow: "password" as const,
			provedAt: now,
			expiresAt: now + 100,
			address: "192.0.2.1",
			userAgent: "B/1",
		},
	});

	describe(`browser sessions, stored in ${name}`, () => {
		test("a live one is found with its account", async () => {
			const storage = await seeded("one", "bob-one");
			const found = await storage.read.browserSessions.find("one", now);
			assert.equal(found?.account.localpart, "alice");
			assert.equal(found?.account.createdAt, 5);
			assert.deepEqual([found?.createdAt, found?.provedAt, found?.lastSeenAt], [now, now, now]);
			assert.equal(await storage.read.browserSessions.find("two", now), undefined);
			await storage.close();
		});

		test("none begins for a person recognised before the account moved on", async () => {
			const storage = await seeded();
			await storage.write((unit) => unit.accounts.raiseGeneration(alice.id));
			const add = (generation: number) =>
				storage.write((unit) => unit.browserSessions.add({ ...session(`of ${generation}`), generation }));
			assert.equal(await add(0), false);
			assert.equal(await storage.read.browserSessions.find("of 0", now), undefined);
			assert.equal(await add(1), true);
			assert.equal(await storage.write((unit) => unit.browserSessions.add(session("bob-one"))), true);
			await storage.close();
		});

		test("an expired one is not found and not prolonged", async () => {
			const storage = await seeded("one");
			assert.equal(await storage.read.browserSessions.find("one", now + 100), undefined);
			await storage.write((unit) =>
				unit.browserSessions.touch("one", { now: now + 100, expiresAt: now + 900 }),
			);
			assert.equal(await storage.read.browserSessions.find("one", now + 100), undefined);
			await storage.close();
		});

		test("one is signed in for its own account alone, in its generation, until it expires, ends, or the account is locked or closed", async () => {
			const presence = { browser: "one", accountId: alice.id, generation: 0 };
			const storage = await seeded("one", "bob-one");
			const isSignedIn = (changes: Partial<typeof presence> = {}, at = now) =>
				storage.read.browserSessions.isSignedIn({ ...presence, ...changes }, at);
			assert.equal(await isSignedIn(), true);
			assert.equal(await isSignedIn({}, now + 99), true);
			assert.equal(await isSignedIn({}, now + 100), false);
			assert.equal(await isSignedIn({ accountId: asAccountId("b1") }), false);
			assert.equal(await isSignedIn({ generation: 1 }), false);
			assert.equal(await isSignedIn({ browser: "two" }), false);
			await storage.write((unit) => unit.accounts.raiseGeneration(alice.id));
			assert.deepEqual([await isSignedIn(), await isSignedIn({ generation: 1 })], [false, true]);
			await storage.write((unit) => unit.accounts.lock(alice.id, now));
			assert.equal(await isSignedIn({ generation: 2 }), false);
			await storage.write((unit) => unit.accounts.lock(alice.id, null));
			assert.equal(await isSignedIn({ generation: 2 }), true);
			await storage.write((unit) => unit.browserSessions.end("one"));
			assert.equal(await isSignedIn({ generation: 2 }), false);
			const bobs = { browser: "bob-one", accountId: asAccountId("b1") };
			assert.equal(await isSignedIn(bobs), true);
			await storage.write((unit) => unit.accounts.close(asAccountId("b1"), { erase: false, now }));
			assert.equal(await isSignedIn(bobs), false);
			await storage.close();
		});

		test("one of a closed account is not found", async () => {
			const storage = await seeded("one");
			await storage.write((unit) => unit.accounts.close(alice.id, { erase: false, now }));
			assert.equal(await storage.read.browserSessions.find("one", now), undefined);
			await storage.close();
		});

		test("of many who end one exactly one did", async () => {
			const storage = await seeded("one");
			const ended = await Promise.all(
				Array.from({ length: 50 }, () => storage.write((unit) => unit.browserSessions.end("one"))),
			);
			assert.equal(ended.filter(Boolean).length, 1);
			await storage.close();
		});

		test("are listed to their person alone, last seen first, expired ones left out", async () => {
			const storage = await seeded("one", "two", "three", "bob-one");
			await storage.write((unit) =>
				unit.browserSessions.touch("two", { now: now + 5, expiresAt: now + 500 }),
			);
			const list = async (at: number, limit = 9) =>
				(await storage.read.browserSessions.list(alice.id, { now: at, limit })).map(({ idHash }) => idHash);
			assert.deepEqual(await list(now), ["two", "one", "three"]);
			assert.deepEqual(await list(now, 2), ["two", "one"]);
			assert.deepEqual(await list(now + 100), ["two"]);
			const [first] = await storage.read.browserSessions.list(alice.id, { now, limit: 1 });
			const seen = { idHash: "two", createdAt: now, lastSeenAt: now + 5 };
			assert.deepEqual(first, { ...seen, address: "192.0.2.1", userAgent: "B/1" });
			await storage.close();
		});

		test("one is ended for its own person only, where a person is named", async () => {
			const storage = await seeded("one", "bob-one");
			const end = (idHash: string) => storage.write((unit) => unit.browserSessions.end(idHash, alice.id));
			assert.equal(await end("bob-one"), false);
			assert.ok(await storage.read.browserSessions.find("bob-one", now));
			assert.deepEqual([await end("one"), await end("one")], [true, false]);
			await storage.close();
		});

		test("ending all spares the named one and other people", async () => {
			const storage = await seeded("one", "two", "three", "bob-one");
			const end = (except?: string) =>
				storage.write((unit) => unit.browserSessions.endAllOf(alice.id, except));
			assert.equal(await end("two"), 2);
			assert.ok(await storage.read.browserSessions.find("two", now));
			assert.equal(await end(), 1);
			assert.ok(await storage.read.browserSessions.find("bob-one", now));
			await storage.close();
		});

		test("clean-up takes what expired before, and only that", async () => {
			const storage = await seeded("one", "two");
			await storage.write((unit) => unit.browserSessions.touch("two", { now, expiresAt: now + 500 }));
			const clean = (before: number) => storage.write((unit) => unit.browserSessions.deleteExpired(before));
			assert.equal(await clean(now + 100), 0);
			assert.equal(await clean(now + 101), 1);
			assert.ok(await storage.read.browserSessions.find("two", now));
			await storage.close();
		});
	});
}
