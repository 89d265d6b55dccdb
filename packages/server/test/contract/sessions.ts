import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { SessionScope } from "../../src/sessions/ports.ts";
import type { Storage } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";

const now = 1_000_000;
const day = 24 * 60 * 60_000;
const alice = asAccountId("account-alice");
const bob = asAccountId("account-bob");

const aliceOne = asSessionId("alice/ONE");
const aliceTwo = asSessionId("alice/TWO");

/** What every storage of sessions must hold. */
export function sessionsContract(name: string, open: () => Promise<Storage>): void {
	async function seeded() {
		const storage = await open();
		await seedAccount(storage, { localpart: "alice", deviceIds: ["ONE", "TWO"], at: 1 });
		await seedAccount(storage, { localpart: "bob", deviceIds: ["ONE"], at: 1 });
		const end = (which: SessionScope) => storage.write((unit) => unit.sessions.end(which, "signed-out", now));
		const liveOf = async (accountId: AccountId) =>
			(await storage.read.sessions.live({ accountId })).map(({ id }) => id).sort();
		return { storage, end, liveOf };
	}

	describe(`sessions in ${name}`, () => {
		test("a device has at most one live session, however many are added at once", async (t) => {
			const { storage, end, liveOf } = await seeded();
			t.after(() => storage.close());
			await end({ sessionId: aliceOne });
			const session = {
				accountId: alice,
				clientId: "client-1",
				deviceId: asDeviceId("ONE"),
				scope: "",
				createdAt: now,
			};
			const added = await Promise.allSettled(
				Array.from({ length: 20 }, (_, n) =>
					storage.write((unit) => unit.sessions.add({ ...session, id: asSessionId(`new-${n}`) })),
				),
			);
			assert.equal(added.filter(({ status }) => status === "fulfilled").length, 1);
			assert.equal((await liveOf(alice)).length, 2);
		});

		test("of many who end a session exactly one sees it end", async (t) => {
			const { storage, end } = await seeded();
			t.after(() => storage.close());
			const seen = await Promise.all(
				Array.from({ length: 20 }, () => end({ sessionId: aliceOne, accountId: alice })),
			);
			const ended = seen.flat().map((session) => ({ ...session }));
			assert.deepEqual(ended, [{ id: "alice/ONE", accountId: alice, deviceId: asDeviceId("ONE") }]);
		});

		test("a session of somebody else does not end", async (t) => {
			const { storage, end, liveOf } = await seeded();
			t.after(() => storage.close());
			assert.deepEqual(await end({ sessionId: aliceOne, accountId: bob }), []);
			assert.deepEqual(await liveOf(alice), ["alice/ONE", "alice/TWO"]);
		});

		test("an end reaches the device it names, or all of the account, or all but one", async (t) => {
			const { storage, end, liveOf } = await seeded();
			t.after(() => storage.close());
			await end({ accountId: alice, exceptSessionId: aliceTwo });
			assert.deepEqual(await liveOf(alice), ["alice/TWO"]);
			await end({ accountId: alice, deviceId: asDeviceId("ONE") });
			assert.deepEqual(await liveOf(alice), ["alice/TWO"]);
			await end({ accountId: alice, deviceId: asDeviceId("TWO") });
			assert.deepEqual(await liveOf(alice), []);
			assert.deepEqual(await liveOf(bob), ["bob/ONE"]);
			await end({ accountId: bob });
			assert.deepEqual(await liveOf(bob), []);
		});

		test("live sessions come with their client, last used first; one can be asked for by device", async (t) => {
			const { storage } = await seeded();
			t.after(() => storage.close());
			await storage.write((unit) =>
				unit.sessions.touch({ sessionId: aliceTwo, at: now, address: "192.0.2.1" }),
			);
			const all = await storage.read.sessions.live({ accountId: alice });
			assert.deepEqual(
				all.map(({ id }) => id),
				["alice/TWO", "alice/ONE"],
			);
			assert.equal(all[0]?.lastUsedAt, now);
			assert.equal(all[0].lastAddress, "192.0.2.1");
			assert.equal(all[0].signedInAddress, null);
			assert.match(all[0].clientMetadata, /"client_uri"/);
			const one = await storage.read.sessions.live({ accountId: alice, deviceId: asDeviceId("ONE") });
			assert.deepEqual(
				one.map(({ id }) => id),
				["alice/ONE"],
			);
		});

		test("a last use never moves back, and one without address keeps the address known", async (t) => {
			const { storage } = await seeded();
			t.after(() => storage.close());
			await storage.write(async ({ sessions }) => {
				await sessions.touch({ sessionId: aliceOne, at: now, address: "192.0.2.1" });
				await sessions.touch({ sessionId: aliceOne, at: now - 1, address: "192.0.2.2" });
				await sessions.touch({ sessionId: aliceOne, at: now + 1 });
			});
			const [session] = await storage.read.sessions.live({ accountId: alice, deviceId: asDeviceId("ONE") });
			assert.equal(session?.lastUsedAt, now + 1);
			assert.equal(session.lastAddress, "192.0.2.1");
		});

		test("a holder is known by the account; strangers are not", async (t) => {
			const { storage } = await seeded();
			t.after(() => storage.close());
			const { holder, clientMetadata } = storage.read.sessions;
			const open = { localpart: "alice", locked: false, admin: false };
			assert.deepEqual(await holder(alice), { ...open, closed: false });
			await storage.write((unit) => unit.accounts.setAdmin(alice, true));
			assert.deepEqual(await holder(alice), { ...open, closed: false, admin: true });
			assert.equal(await holder(asAccountId("nobody")), undefined);
			assert.equal(await clientMetadata("nothing"), undefined);
			await storage.write((unit) => unit.accounts.close(alice, { erase: false, now }));
			assert.deepEqual(await holder(alice), { ...open, closed: true });
		});

		test("the clean-up deletes what ended long ago and nothing that is referred to", async (t) => {
			const { storage, end, liveOf } = await seeded();
			t.after(() => storage.close());
			await storage.write((unit) =>
				unit.requests.add({
					...{
						reference: "r",
						uiaSession: "u",
						accountId: alice,
						sessionId: aliceOne,
						deviceId: asDeviceId("ONE"),
					},
					...{ digest: "d", keys: {}, masterKey: "m", createdAt: now, lastUploadAt: now },
					...{ state: "pending", expiresAt: now + day },
				}),
			);
			await end({ accountId: alice });
			const clean = (before: number) => storage.write((unit) => unit.sessions.deleteEnded(before, 0));
			assert.equal(await clean(now), 0);
			assert.equal(await clean(now + 1), 1);
			assert.equal(await clean(now + 1), 0);
			assert.deepEqual(await liveOf(bob), ["bob/ONE"]);
			assert.ok(await storage.read.requests.find({ reference: "r" }));
		});
	});
}
