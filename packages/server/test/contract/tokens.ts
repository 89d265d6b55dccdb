import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId, type SessionId } from "@countersign/core";
import type { Storage } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";

const now = 1_000_000;
const life = 300_000;
const sessionId = asSessionId("alice/ONE");

/** What every storage of tokens must hold. */
export function tokensContract(name: string, open: () => Promise<Storage>): void {
	async function seeded() {
		const storage = await open();
		await seedAccount(storage, { localpart: "alice", deviceIds: ["ONE", "TWO"], at: 1 });
		const addRefresh = (hash: string, createdAt = now) =>
			storage.write((unit) => unit.tokens.addRefresh({ hash, sessionId, createdAt }));
		const addAccess = (hash: string, createdAt = now, refreshHash = "r1") =>
			storage.write((unit) =>
				unit.tokens.addAccess({ hash, sessionId, refreshHash, createdAt, expiresAt: createdAt + life }),
			);
		const use = (hash: string, at = now) => storage.write((unit) => unit.tokens.noteFirstUse(hash, at));
		const present = async (...hashes: string[]) => {
			const found = await Promise.all(hashes.map((hash) => storage.read.tokens.findAccess(hash)));
			return hashes.filter((_, at) => found[at] !== undefined);
		};
		return { storage, tokens: storage.read.tokens, addRefresh, addAccess, use, present };
	}

	describe(`tokens in ${name}`, () => {
		test("a token is found with its session and person", async (t) => {
			const { storage, tokens, addRefresh, addAccess } = await seeded();
			t.after(() => storage.close());
			await addRefresh("r1");
			await addAccess("a1");
			const bearer = {
				...{
					sessionId,
					accountId: asAccountId("account-alice"),
					clientId: "client-1",
					deviceId: "ONE",
					scope: "",
				},
				...{ localpart: "alice", admin: false, ended: false, deviceKept: false, locked: false },
			};
			const times = { createdAt: now, expiresAt: now + life, used: false, lastUsedAt: 1, lastAddress: null };
			assert.deepEqual(await tokens.findAccess("a1"), { ...bearer, ...times });
			assert.deepEqual(await tokens.findRefresh("r1"), {
				...bearer,
				consumedAt: null,
				lateAt: null,
				sibling: null,
			});
			assert.equal(await tokens.findAccess("r1"), undefined);
			assert.equal(await tokens.findRefresh("a1"), undefined);
		});

		test("a token says with what proof it was bought, where it was", async (t) => {
			const { storage, tokens, addAccess } = await seeded();
			t.after(() => storage.close());
			const event = { acr: "urn:a", at: 1_800_000_000_123 };
			const bought = { hash: "bought", sessionId, createdAt: now, expiresAt: now + life, event };
			await storage.write((unit) => unit.tokens.addAccess(bought));
			await addAccess("refreshed");
			assert.deepEqual((await tokens.findAccess("bought"))?.event, event);
			assert.equal((await tokens.findAccess("refreshed"))?.event, undefined);
		});

		test("a token without an end has none, and no clean-up takes it", async (t) => {
			const { storage, tokens, addAccess, use } = await seeded();
			t.after(() => storage.close());
			await storage.write((unit) => unit.tokens.addAccess({ hash: "lasting", sessionId, createdAt: now }));
			await addAccess("a1");
			await use("lasting");
			await use("a1");
			assert.ok(!("expiresAt" in ((await tokens.findAccess("lasting")) ?? { expiresAt: 0 })));
			assert.equal(await storage.write((unit) => unit.tokens.deleteExpired(Number.MAX_SAFE_INTEGER, 0)), 1);
			assert.equal((await tokens.findAccess("lasting"))?.used, true);
			await storage.write((unit) => unit.tokens.deleteAccessOf(sessionId));
			assert.equal(await tokens.findAccess("lasting"), undefined);
		});

		test("access tokens expire at once, lasting ones too; one that had expired did so when it did", async (t) => {
			const { storage, tokens, addAccess } = await seeded();
			t.after(() => storage.close());
			await storage.write((unit) => unit.tokens.addAccess({ hash: "lasting", sessionId, createdAt: now }));
			await addAccess("a1");
			const expiry = async (hash: string) => (await tokens.findAccess(hash))?.expiresAt;
			const usual = (await expiry("a1")) ?? assert.fail();
			await storage.write((unit) => unit.tokens.expireAccessOf(sessionId, usual + 5));
			assert.deepEqual([await expiry("lasting"), await expiry("a1")], [usual + 5, usual]);
			await storage.write((unit) => unit.tokens.expireAccessOf(sessionId, usual - 5));
			assert.deepEqual([await expiry("lasting"), await expiry("a1")], [usual - 5, usual - 5]);
		});

		test("a token of an ended session or a closed account is found as ended", async (t) => {
			const { storage, tokens, addRefresh, addAccess } = await seeded();
			t.after(() => storage.close());
			await addRefresh("r1");
			await addAccess("a1");
			await storage.write((unit) => unit.sessions.end({ sessionId }, "signed-out", now));
			assert.equal((await tokens.findAccess("a1"))?.ended, true);
			assert.equal((await tokens.findRefresh("r1"))?.ended, true);
		});

		test("a token of a closed account is found as ended", async (t) => {
			const { storage, tokens, addAccess } = await seeded();
			t.after(() => storage.close());
			await addAccess("a1");
			await storage.write((unit) => unit.accounts.close(asAccountId("account-alice"), { erase: false, now }));
			assert.equal((await tokens.findAccess("a1"))?.ended, true);
		});

		test("of many who use a refresh token exactly one consumes it, and the first time stays", async (t) => {
			const { storage, tokens, addRefresh } = await seeded();
			t.after(() => storage.close());
			await addRefresh("r1");
			const consumed = await Promise.all(
				Array.from({ length: 50 }, (_, n) =>
					storage.write((unit) => unit.tokens.consumeRefresh("r1", now + n)),
				),
			);
			assert.equal(consumed.filter(Boolean).length, 1);
			assert.equal((await tokens.findRefresh("r1"))?.consumedAt, now + consumed.indexOf(true));
			assert.equal(await storage.write((unit) => unit.tokens.consumeRefresh("unknown", now)), false);
		});

		test("a refresh token is too late for the first time once, whoever sees it", async (t) => {
			const { storage, tokens, addRefresh } = await seeded();
			t.after(() => storage.close());
			await addRefresh("r1");
			await addRefresh("r2");
			const noted = await Promise.all(
				Array.from({ length: 20 }, (_, n) => storage.write((unit) => unit.tokens.noteLate("r1", now + n))),
			);
			assert.equal(noted.filter(Boolean).length, 1);
			assert.equal((await tokens.findRefresh("r1"))?.lateAt, now + noted.indexOf(true));
			assert.equal((await tokens.findRefresh("r2"))?.lateAt, null);
			assert.equal(await storage.write((unit) => unit.tokens.noteLate("unknown", now)), false);
		});

		test("a token whose session ended says whether the device is kept, but not for a closed account", async (t) => {
			const { storage, tokens, addAccess } = await seeded();
			t.after(() => storage.close());
			await addAccess("a1");
			await storage.write(async (unit) => {
				await unit.sessions.end({ sessionId }, "code-replayed", now);
				await unit.keptDevices.keep(sessionId, now + 1);
			});
			assert.equal((await tokens.findAccess("a1"))?.deviceKept, true);
			await storage.write((unit) => unit.accounts.close(asAccountId("account-alice"), { erase: false, now }));
			assert.equal((await tokens.findAccess("a1"))?.deviceKept, false);
		});

		test("no token is stored twice", async (t) => {
			const { storage, addRefresh, addAccess } = await seeded();
			t.after(() => storage.close());
			await addRefresh("r1");
			await addAccess("a1");
			await assert.rejects(addRefresh("r1"));
			await assert.rejects(addAccess("a1"));
		});

		test("a first use is noted once and shows that the refresh token beside it arrived", async (t) => {
			const { storage, tokens, addRefresh, addAccess, use } = await seeded();
			t.after(() => storage.close());
			await addRefresh("r1");
			await addRefresh("r2");
			await addAccess("a1", now, "r1");
			await addAccess("a2", now, "r2");
			await addAccess("a3", now, "r2");
			assert.equal(await tokens.anyUsedBeside("r2"), false);
			await use("a1");
			assert.equal(await tokens.anyUsedBeside("r2"), false);
			await use("a3");
			assert.equal(await tokens.anyUsedBeside("r2"), true);
			assert.equal((await tokens.findAccess("a3"))?.used, true);
			assert.equal((await tokens.findAccess("a2"))?.used, false);
		});

		test("the newest token stays, then unexpired used ones, then unexpired ones, then expired ones", async (t) => {
			const { storage, addAccess, use, present } = await seeded();
			t.after(() => storage.close());
			await addAccess("expired", now - life);
			await use("expired");
			await addAccess("used", now - 3);
			await use("used");
			await addAccess("older", now - 2);
			await addAccess("younger", now - 1);
			await addAccess("newest", now - 4);
			const all = ["expired", "used", "older", "younger", "newest"];
			const keepOf = async (keep: number) => {
				await storage.write((unit) => unit.tokens.keepAccess({ sessionId, newest: "newest", keep, now }));
				return present(...all);
			};
			assert.deepEqual(await keepOf(5), all);
			assert.deepEqual(await keepOf(4), ["used", "older", "younger", "newest"]);
			assert.deepEqual(await keepOf(3), ["used", "younger", "newest"]);
			assert.deepEqual(await keepOf(2), ["used", "newest"]);
			assert.deepEqual(await keepOf(1), ["newest"]);
		});

		test("keeping few tokens of one session deletes none of another", async (t) => {
			const { storage, addAccess, present } = await seeded();
			t.after(() => storage.close());
			await addAccess("a1");
			const limit = { sessionId: asSessionId("alice/TWO"), newest: "x", keep: 0, now };
			await storage.write((unit) => unit.tokens.keepAccess(limit));
			assert.deepEqual(await present("a1"), ["a1"]);
		});

		test("the clean-up keeps unexpired tokens, and the proof that a live refresh token arrived", async (t) => {
			const { storage, addRefresh, addAccess, use, present } = await seeded();
			t.after(() => storage.close());
			await addRefresh("spent");
			await addRefresh("live");
			await storage.write((unit) => unit.tokens.consumeRefresh("spent", now));
			await addAccess("beside-spent", now, "spent");
			await use("beside-spent");
			await addAccess("beside-live", now, "live");
			await use("beside-live");
			await addAccess("unused", now, "live");
			await addAccess("fresh", now + life, "spent");
			const deleted = await storage.write((unit) => unit.tokens.deleteExpired(now + life + 1, 0));
			assert.equal(deleted, 2);
			const all = ["beside-spent", "beside-live", "unused", "fresh"];
			assert.deepEqual(await present(...all), ["beside-live", "fresh"]);
		});

		test("the clean-up keeps unused refresh tokens, and the last used one of each session", async (t) => {
			const { storage, tokens, addRefresh } = await seeded();
			t.after(() => storage.close());
			for (const [at, hash] of ["r1", "r2", "r3"].entries()) {
				await addRefresh(hash);
				await storage.write((unit) => unit.tokens.consumeRefresh(hash, now + at));
			}
			await addRefresh("r4");
			const clean = (before: number) => storage.write((unit) => unit.tokens.deleteConsumed(before, 0));
			assert.equal(await clean(now), 0);
			assert.equal(await clean(now + 1), 1);
			assert.equal(await clean(now + 1_000), 1);
			const kept = await Promise.all(["r1", "r2", "r3", "r4"].map((hash) => tokens.findRefresh(hash)));
			assert.deepEqual(
				kept.map((token) => token !== undefined),
				[false, false, true, true],
			);
		});

		test("the tokens of a session can be deleted, and only those", async (t) => {
			const { storage, tokens, addRefresh, addAccess, present } = await seeded();
			t.after(() => storage.close());
			await addRefresh("r1");
			await addAccess("a1");
			const drop = (id: SessionId) =>
				storage.write(async (unit) => {
					await unit.tokens.deleteAccessOf(id);
					await unit.tokens.deleteRefreshOf(id);
				});
			await drop(asSessionId("alice/TWO"));
			assert.deepEqual(await present("a1"), ["a1"]);
			assert.ok(await tokens.findRefresh("r1"));
			await drop(sessionId);
			assert.deepEqual(await present("a1"), []);
			assert.equal(await tokens.findRefresh("r1"), undefined);
		});
	});
}
