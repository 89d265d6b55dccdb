import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asAccountId, asSessionId } from "@countersign/core";
import type { Storage } from "../../src/storage/index.ts";

const code = { kind: "AuthorizationCode", idHash: "h1", payload: '{"a":1}', expiresAt: 1_000 } as const;
const spend = { kind: code.kind, idHash: code.idHash };

/** What every storage of codes and interactions must hold. */
export function engineRecordsContract(name: string, open: () => Promise<Storage>): void {
	async function withCode() {
		const storage = await open();
		await storage.write((unit) => unit.engineRecords.put(code));
		return storage;
	}

	describe(`engine records, ${name}`, () => {
		test("of a hundred that spend one record exactly one does, and its session is the one kept", async () => {
			const storage = await withCode();
			const tries = Array.from({ length: 100 }, (_, at) => asSessionId(`session-${at}`));
			const spent = await Promise.all(
				tries.map((sessionId) =>
					storage.write((unit) => unit.engineRecords.consume({ ...spend, now: 5, sessionId })),
				),
			);
			const winners = tries.filter((_, at) => spent[at]);
			assert.equal(winners.length, 1);
			const kept = await storage.read.engineRecords.find(code.kind, code.idHash);
			assert.deepEqual(kept, { ...code, consumedAt: 5, sessionId: winners[0] });
			await storage.close();
		});

		test("a spend that is rolled back has not happened", async () => {
			const storage = await withCode();
			const failing = storage.write(async (unit) => {
				await unit.engineRecords.consume({ ...spend, now: 5, sessionId: asSessionId("lost") });
				throw new Error("the session could not be opened");
			});
			await assert.rejects(failing, /could not be opened/);
			assert.deepEqual(await storage.read.engineRecords.find(code.kind, code.idHash), code);
			await storage.close();
		});

		test("an expired record cannot be spent, and neither can one of another kind", async () => {
			const storage = await withCode();
			const consume = (how: { kind: string; now: number }) =>
				storage.write((unit) => unit.engineRecords.consume({ idHash: code.idHash, ...how }));
			assert.equal(await consume({ kind: code.kind, now: 1_000 }), false);
			assert.equal(await consume({ kind: "Interaction", now: 5 }), false);
			assert.equal(await consume({ kind: code.kind, now: 999 }), true);
			await storage.close();
		});

		test("what a person agreed to cannot be spent once the account has moved on", async () => {
			const storage = await withCode();
			const alice = { id: asAccountId("a1"), localpart: "alice", passwordHash: "h1", createdAt: 5 };
			await storage.write((unit) => unit.accounts.add(alice));
			await storage.write((unit) => unit.accounts.raiseGeneration(alice.id));
			const consume = (accountId: AccountId, generation: number) =>
				storage.write((unit) =>
					unit.engineRecords.consume({ ...spend, now: 5, agreed: { accountId, generation } }),
				);
			assert.equal(await consume(alice.id, 0), false);
			assert.equal(await consume(asAccountId("nobody"), 1), false);
			assert.equal((await storage.read.engineRecords.find(code.kind, code.idHash))?.consumedAt, undefined);
			assert.equal(await consume(alice.id, 1), true);
			await storage.close();
		});

		test("of many that remove one record exactly one did", async () => {
			const storage = await withCode();
			const remove = () => storage.write((unit) => unit.engineRecords.remove(code.kind, code.idHash));
			const removed = await Promise.all(Array.from({ length: 20 }, remove));
			assert.equal(removed.filter(Boolean).length, 1);
			await storage.close();
		});

		test("saving again replaces what was kept, and clean-up takes only what expired", async () => {
			const storage = await withCode();
			await storage.write((unit) => unit.engineRecords.put({ ...code, payload: "{}", expiresAt: 2_000 }));
			assert.equal((await storage.read.engineRecords.find(code.kind, code.idHash))?.payload, "{}");
			await storage.write((unit) => unit.engineRecords.put({ ...code, idHash: "h2" }));
			assert.equal(await storage.write((unit) => unit.engineRecords.deleteExpired(code.kind, 1_500)), 1);
			assert.equal(await storage.write((unit) => unit.engineRecords.deleteExpired("Interaction", 9_000)), 0);
			assert.equal(await storage.read.engineRecords.find(code.kind, "h2"), undefined);
			assert.notEqual(await storage.read.engineRecords.find(code.kind, "h1"), undefined);
			await storage.close();
		});
	});
}
