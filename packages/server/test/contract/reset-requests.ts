import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asSessionId, type RequestIn, type WithdrawalScope } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { Storage } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";

const now = 1_000_000;
const minute = 60_000;

const aliceOne = asSessionId("alice/ONE");
const aliceTwo = asSessionId("alice/TWO");

/** What every storage of requests to replace keys must hold. */
export function resetRequestsContract(name: string, open: () => Promise<Storage>): void {
	async function seeded() {
		const storage = await open();
		const alice = await seedAccount(storage, { localpart: "alice", deviceIds: ["ONE", "TWO"], at: 1 });
		const bob = await seedAccount(storage, { localpart: "bob", deviceIds: ["BOB"], at: 1 });
		const draft = (changes: Partial<RequestIn<"pending">> = {}): RequestIn<"pending"> => ({
			reference: "ref-1",
			uiaSession: `uia-${changes.reference ?? "ref-1"}`,
			accountId: alice.accountId,
			sessionId: aliceOne,
			deviceId: asDeviceId("ONE"),
			digest: "d1",
			keys: { master_key: { n: 1 } },
			masterKey: "M",
			createdAt: now,
			lastUploadAt: now,
			state: "pending",
			expiresAt: now + 15 * minute,
			...changes,
		});
		const add = (changes?: Partial<RequestIn<"pending">>) =>
			storage.write((unit) => unit.requests.add(draft(changes)));
		const approve = (reference = "ref-1", at = now) =>
			storage.write((unit) =>
				unit.requests.move({
					move: "approve",
					reference,
					accountId: alice.accountId,
					generation: 0,
					delayMs: 0,
					now: at,
				}),
			);
		const spend = (at = now, digest = "d1", sessionId = aliceOne) =>
			storage.write((unit) =>
				unit.requests.move({
					move: "spend",
					accountId: alice.accountId,
					sessionId,
					digest,
					token: "t",
					now: at,
				}),
			);
		return { storage, alice, bob, draft, add, approve, spend };
	}

	describe(`requests to replace keys, stored in ${name}`, () => {
		test("a row comes back as it was put", async () => {
			const { storage, draft, add } = await seeded();
			await add({ address: "192.0.2.1", userAgent: "App/1" });
			const expected = draft({ address: "192.0.2.1", userAgent: "App/1" });
			assert.deepEqual(await storage.read.requests.find({ reference: "ref-1" }), expected);
			assert.deepEqual(await storage.read.requests.find({ uiaSession: "uia-ref-1" }), expected);
			assert.deepEqual(await storage.read.requests.current(expected), expected);
			assert.equal(await storage.read.requests.find({ reference: "uia-ref-1" }), undefined);
			await storage.close();
		});

		test("an app that asks again keeps waiting with it what nobody decided, and nothing else", async () => {
			const { storage, add, approve } = await seeded();
			await add();
			await add({ reference: "ref-2", digest: "d2" });
			const touch = () =>
				storage.write((unit) =>
					unit.requests.touch("ref-1", { lastUploadAt: now + 5, expiresAt: now + 20 * minute }),
				);
			const times = async (reference: string) => {
				const row = await storage.read.requests.find({ reference });
				return [row?.lastUploadAt, row !== undefined && "expiresAt" in row && row.expiresAt];
			};
			await touch();
			assert.deepEqual(await times("ref-1"), [now + 5, now + 20 * minute]);
			assert.deepEqual(await times("ref-2"), [now, now + 15 * minute]);
			await approve();
			const approved = await times("ref-1");
			await storage.write((unit) =>
				unit.requests.touch("ref-1", { lastUploadAt: now + 9, expiresAt: now + 9 }),
			);
			assert.deepEqual(await times("ref-1"), approved);
			await storage.close();
		});

		test("one identity has one live row", async () => {
			const { storage, add } = await seeded();
			await add();
			await assert.rejects(add({ reference: "ref-2" }));
			await add({ reference: "ref-3", digest: "d2" });
			await storage.close();
		});

		test("a UIA session is one request's", async () => {
			const { storage, add } = await seeded();
			await add();
			await assert.rejects(add({ reference: "ref-2", digest: "d2", uiaSession: "uia-ref-1" }));
			await storage.close();
		});

		test("of many parallel approvals exactly one wins", async () => {
			const { storage, add, approve } = await seeded();
			await add();
			const outcomes = await Promise.all(Array.from({ length: 50 }, () => approve()));
			assert.equal(outcomes.filter((row) => row !== undefined).length, 1);
			await storage.close();
		});

		test("of many parallel spends exactly one wins, and none after it", async () => {
			const { storage, add, approve, spend } = await seeded();
			await add();
			assert.equal(await spend(), undefined);
			await approve();
			const outcomes = await Promise.all(Array.from({ length: 200 }, () => spend()));
			assert.equal(outcomes.filter((row) => row?.state === "spent").length, 1);
			assert.equal(await spend(), undefined);
			await storage.close();
		});

		test("an account has one approved row; the database itself says so", async () => {
			const { storage, add, approve } = await seeded();
			await add();
			await add({ reference: "ref-2", digest: "d2" });
			await approve();
			await assert.rejects(approve("ref-2"));
			await storage.close();
		});

		test("what is being spent is held by one, and of many who take it over when its lease ends one does", async () => {
			const { storage, alice, add, approve } = await seeded();
			await add();
			await approve();
			const { accountId } = alice;
			const first = await storage.write((unit) =>
				unit.requests.move({ move: "begin", accountId, sessionId: aliceOne, digest: "d1", token: "t", now }),
			);
			assert.ok(first?.state === "spending" && first.leaseUntil === now + minute);
			const takeOver = (at: number) =>
				storage.write((unit) =>
					unit.requests.move({ move: "take-over", reference: "ref-1", accountId, now: at }),
				);
			assert.deepEqual(await storage.read.requests.overdueSpends(now + minute - 1, 10), []);
			assert.equal(await takeOver(now + minute - 1), undefined);
			assert.deepEqual(await storage.read.requests.overdueSpends(now + minute, 10), [first]);
			const takers = await Promise.all(Array.from({ length: 20 }, () => takeOver(now + minute)));
			assert.equal(takers.filter((row) => row !== undefined).length, 1);
			await storage.close();
		});

		test("keys that spent requests put there are found by name, those of other states and people are not", async () => {
			const { storage, alice, bob, add, approve, spend } = await seeded();
			const keys = (name: string, signer: string) => ({
				master_key: {
					keys: { [`ed25519:${name}`]: name },
					signatures: { "@alice:localhost": { [`ed25519:${signer}`]: "S" } },
				},
			});
			await add({ keys: keys("A+/a", "B") });
			await approve();
			await spend();
			await add({ reference: "ref-2", digest: "d2", keys: keys("C", "A+/a") });
			const among = (accountId: AccountId) =>
				storage.read.requests.spentAmong(accountId, ["C", "A+/a", "B", "A"]);
			assert.deepEqual(await among(alice.accountId), ["A+/a"]);
			assert.deepEqual(await among(bob.accountId), []);
			assert.deepEqual(await storage.read.requests.spentAmong(alice.accountId, []), []);
			await storage.close();
		});

		test("withdrawing ends what waits and what is approved, and nothing that is being spent", async () => {
			const { storage, alice, add, approve } = await seeded();
			await add();
			await approve();
			await storage.write((unit) =>
				unit.requests.move({
					...{
						move: "begin",
						accountId: alice.accountId,
						sessionId: aliceOne,
						digest: "d1",
						token: "t",
						now,
					},
				}),
			);
			await add({ reference: "ref-2", digest: "d2" });
			await add({ reference: "ref-3", digest: "d3", sessionId: aliceTwo, deviceId: asDeviceId("TWO") });
			const count = await storage.write((unit) =>
				unit.requests.withdraw({ of: "session", sessionId: aliceOne }, "session-ended", now),
			);
			assert.equal(count, 1);
			const states = (await storage.read.requests.ofAccount(alice.accountId, 0)).map(
				({ reference, state }) => `${reference} ${state}`,
			);
			assert.deepEqual(states.sort(), ["ref-1 spending", "ref-2 withdrawn", "ref-3 pending"]);
			await storage.close();
		});

		const ends = {
			account: { ended: ["approved", "other device's", "pending"], stopped: true },
			session: { ended: ["approved", "pending"], stopped: false },
			approvals: { ended: ["approved"], stopped: true },
			"older-approval": { ended: ["approved"], stopped: false },
			"oldest-pending": { ended: ["pending"], stopped: false },
		} as const;
		for (const [of, { ended, stopped }] of Object.entries(ends))
			test(`withdrawing ${of} ends what it names of one person, and nothing of another`, async () => {
				const { storage, alice, bob, add } = await seeded();
				const ofBob = {
					accountId: bob.accountId,
					sessionId: asSessionId("bob/BOB"),
					deviceId: asDeviceId("BOB"),
				};
				const move = (reference: string, accountId: AccountId, to: "begin" | "approve") =>
					storage.write(async (unit) => {
						const row = await unit.requests.find({ reference });
						const whose = {
							accountId,
							sessionId: row?.sessionId ?? asSessionId(""),
							digest: row?.digest ?? "",
						};
						return to === "begin"
							? unit.requests.move({ move: "begin", ...whose, token: "t", now })
							: unit.requests.move({ move: "approve", reference, accountId, generation: 0, delayMs: 0, now });
					});
				for (const [whose, their, accountId] of [
					["", {}, alice.accountId],
					["bob's ", ofBob, bob.accountId],
				] as const) {
					for (const [at, name] of ["spending", "approved", "pending", "newer"].entries()) {
						const dated = { createdAt: now + at - 9, digest: `${whose}${at}` };
						await add({ ...their, ...dated, reference: `${whose}${name}` });
						if (name === "spending" || name === "approved")
							assert.ok(await move(`${whose}${name}`, accountId, "approve"));
						if (name === "spending") assert.ok(await move(`${whose}${name}`, accountId, "begin"));
					}
				}
				await add({
					reference: "other device's",
					sessionId: aliceTwo,
					deviceId: asDeviceId("TWO"),
					digest: "d9",
				});
				const before = new Map(
					(await storage.read.requests.ofAccount(bob.accountId, 0)).map((row) => [row.reference, row]),
				);
				const which = { of, accountId: alice.accountId, sessionId: aliceOne } as WithdrawalScope;
				const count = await storage.write((unit) =>
					unit.requests.withdraw(which, "password-changed", now + 1),
				);
				const rows = await storage.read.requests.ofAccount(alice.accountId, 0);
				const withdrawn = rows.filter(({ state }) => state === "withdrawn").map(({ reference }) => reference);
				const expected = of === "account" || of === "session" ? [...ended, "newer"] : ended;
				assert.deepEqual(withdrawn.sort(), [...expected].sort());
				assert.equal(count, expected.length);
				const spending = rows.find(({ reference }) => reference === "spending");
				assert.ok(spending?.state === "spending");
				assert.equal(spending.expiresAt <= now + 1, stopped, "whether what is on its way may still be sent");
				const after = await storage.read.requests.ofAccount(bob.accountId, 0);
				assert.deepEqual(new Map(after.map((row) => [row.reference, row])), before);
				await storage.close();
			});

		test("the oldest waiting request gives way, never an approved one", async () => {
			const { storage, add, approve } = await seeded();
			await add({ createdAt: now - 3 });
			await add({ reference: "ref-2", digest: "d2", createdAt: now - 2 });
			await add({ reference: "ref-3", digest: "d3", createdAt: now - 1 });
			await approve();
			await storage.write((unit) =>
				unit.requests.withdraw({ of: "oldest-pending", sessionId: aliceOne }, "newer-request", now),
			);
			const state = async (reference: string) => (await storage.read.requests.find({ reference }))?.state;
			assert.equal(await state("ref-1"), "approved");
			assert.equal(await state("ref-2"), "withdrawn");
			assert.equal(await state("ref-3"), "pending");
			await storage.close();
		});

		test("expiry marks what is over and returns it, once", async () => {
			const { storage, alice, add } = await seeded();
			await add({ expiresAt: now });
			await add({ reference: "ref-2", digest: "d2" });
			const expire = () => storage.write((unit) => unit.requests.expire(alice.accountId, now));
			assert.deepEqual(
				(await expire()).map((row) => [row.reference, row.state]),
				[["ref-1", "expired"]],
			);
			assert.deepEqual(await expire(), []);
			await storage.close();
		});

		test("a live row comes before a refused one, and the latest refusal counts", async () => {
			const { storage, alice, add, draft } = await seeded();
			const deny = (reference: string, decidedAt: number) =>
				storage.write((unit) =>
					unit.requests.move({ move: "deny", reference, accountId: alice.accountId, now: decidedAt }),
				);
			await add();
			await deny("ref-1", now);
			await add({ reference: "ref-2" });
			await deny("ref-2", now + 1);
			assert.equal((await storage.read.requests.current(draft()))?.reference, "ref-2");
			await add({ reference: "ref-3" });
			assert.equal((await storage.read.requests.current(draft()))?.reference, "ref-3");
			await storage.close();
		});

		test("what a session asked for is counted from a moment on, with what is live", async () => {
			const { storage, add, approve } = await seeded();
			await add({ createdAt: now - 100 });
			await add({ reference: "ref-2", digest: "d2", createdAt: now - 50 });
			await approve();
			const asked = await storage.read.requests.askedSince(aliceOne, now - 100);
			assert.deepEqual(asked, { count: 1, live: 2, oldestAt: now - 50 });
			assert.deepEqual(await storage.read.requests.askedSince(aliceTwo, 0), { count: 0, live: 0 });
			await storage.close();
		});

		test("rows that nobody decided can go before the others, refused and approved ones stay", async () => {
			const { storage, alice, add, approve } = await seeded();
			await add();
			await approve();
			await add({ reference: "ref-2", digest: "d2" });
			await add({ reference: "ref-3", digest: "d3" });
			await storage.write((unit) =>
				unit.requests.move({ move: "deny", reference: "ref-3", accountId: alice.accountId, now }),
			);
			const clean = (before: number) => storage.write((unit) => unit.requests.deleteUndecided(before));
			assert.equal(await clean(now), 0, "it still waits");
			assert.equal(await clean(now + 40 * 24 * 60 * minute), 1);
			assert.equal(await storage.read.requests.find({ reference: "ref-2" }), undefined);
			for (const kept of ["ref-1", "ref-3"])
				assert.ok(await storage.read.requests.find({ reference: kept }), kept);
			await storage.close();
		});

		test("ended rows are deleted once they are old, live approvals never", async () => {
			const { storage, add, approve } = await seeded();
			await add();
			await add({ reference: "ref-2", digest: "d2" });
			await approve();
			const later = now + 40 * 24 * 60 * minute;
			assert.equal(await storage.write((unit) => unit.requests.deleteEnded(later)), 1);
			assert.equal((await storage.read.requests.find({ reference: "ref-1" }))?.state, "approved");
			await storage.close();
		});
	});
}
