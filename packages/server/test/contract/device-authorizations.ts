import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { asAccountId, asSessionId } from "@countersign/core";
import type { Storage } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";

const asked = {
	clientId: "client-1",
	scope: "scope",
	createdAt: 1_000,
	address: "192.0.2.1",
	userAgent: "TV",
	loginHint: "@alice:localhost",
};
const device = { deviceCodeHash: "device-1" };
const user = { userCodeHash: "user-1" };
const stored = { ...asked, ...device, ...user, expiresAt: 10_000, intervalMs: 5_000 };
const pace = { ...device, toleranceMs: 0, slowerByMs: 5_000, slowestMs: 30_000 };
const many = Array.from({ length: 100 }, (_, at) => at);

/** What every storage of waiting devices must hold. */
export function deviceAuthorizationsContract(name: string, open: () => Promise<Storage>): void {
	async function waiting(t: TestContext) {
		const storage = await open();
		t.after(() => storage.close());
		const { accountId: alice } = await seedAccount(storage, { localpart: "alice", deviceIds: [], at: 1 });
		const { accountId: bob } = await seedAccount(storage, { localpart: "bob", deviceIds: [], at: 1 });
		assert.ok(await storage.write((unit) => unit.deviceAuthorizations.add(stored)));
		type Records = Storage["read"]["deviceAuthorizations"];
		const write = <T>(work: (records: Records) => Promise<T>) =>
			storage.write((unit) => work(unit.deviceAuthorizations));
		const approval = {
			...user,
			accountId: alice,
			generation: 0,
			browser: "browser",
			to: "approved",
			now: 2_000,
			expiresAt: 5_000,
		} as const;
		const spend = { ...device, clientId: asked.clientId, sessionId: asSessionId("session-1"), now: 3_000 };
		const find = () => storage.read.deviceAuthorizations.find(device);
		return { storage, alice, bob, write, approval, spend, find };
	}

	describe(`device authorizations, ${name}`, () => {
		test("are found by either code, as they were asked for", async (t) => {
			const { storage, find } = await waiting(t);
			const expected = { ...asked, expiresAt: 10_000, state: "pending" };
			assert.deepEqual(await find(), expected);
			assert.deepEqual(await storage.read.deviceAuthorizations.find(user), expected);
			assert.equal(await storage.read.deviceAuthorizations.find({ userCodeHash: "device-1" }), undefined);
		});

		test("never share a user code", async (t) => {
			const { write } = await waiting(t);
			assert.equal(await write((r) => r.add({ ...stored, deviceCodeHash: "device-2" })), false);
			const added = await Promise.all(
				many.map((at) =>
					write((r) => r.add({ ...stored, deviceCodeHash: `other-${at}`, userCodeHash: "user-2" })),
				),
			);
			assert.equal(added.filter(Boolean).length, 1);
		});

		test("of a hundred answers at once exactly one counts", async (t) => {
			const { alice, bob, write, approval, find } = await waiting(t);
			const answers = await Promise.all(
				many.map((at) =>
					write((r) =>
						r.decide({
							...approval,
							accountId: at % 2 === 0 ? alice : bob,
							to: at % 3 === 0 ? "refused" : "approved",
						}),
					),
				),
			);
			const [winner, ...others] = answers.filter((answer) => answer !== undefined);
			assert.deepEqual(others, []);
			assert.deepEqual(await find(), winner);
			assert.equal(winner?.expiresAt, 5_000);
		});

		test("cannot be answered once they have run out", async (t) => {
			const { write, approval } = await waiting(t);
			assert.equal(await write((r) => r.decide({ ...approval, now: 10_000 })), undefined);
			assert.notEqual(await write((r) => r.decide({ ...approval, now: 9_999 })), undefined);
		});

		test("of a hundred that spend one approval exactly one does, and its session is the one kept", async (t) => {
			const { alice, write, approval, spend, find } = await waiting(t);
			await write((r) => r.decide(approval));
			const spent = await Promise.all(
				many.map((at) => write((r) => r.spend({ ...spend, sessionId: asSessionId(`session-${at}`) }))),
			);
			assert.equal(spent.filter(Boolean).length, 1);
			const state = {
				state: "spent",
				accountId: alice,
				sessionId: asSessionId(`session-${spent.indexOf(true)}`),
			};
			assert.deepEqual(await find(), { ...asked, expiresAt: 5_000, ...state });
		});

		test("are spent by their own client, approved, in time, and by nobody else", async (t) => {
			const { write, approval, spend } = await waiting(t);
			assert.equal(await write((r) => r.spend(spend)), false, "pending");
			await write((r) => r.decide(approval));
			assert.equal(await write((r) => r.spend({ ...spend, clientId: "client-2" })), false);
			assert.equal(await write((r) => r.spend({ ...spend, deviceCodeHash: "device-2" })), false);
			assert.equal(await write((r) => r.spend({ ...spend, now: 5_000 })), false, "run out");
			assert.equal(await write((r) => r.spend({ ...spend, now: 4_999 })), true);
		});

		test("a spend that is rolled back has not happened", async (t) => {
			const { storage, write, approval, spend } = await waiting(t);
			await write((r) => r.decide(approval));
			const failing = storage.write(async (unit) => {
				await unit.deviceAuthorizations.spend(spend);
				throw new Error("the session could not be opened");
			});
			await assert.rejects(failing, /could not be opened/);
			assert.equal(await write((r) => r.spend(spend)), true);
		});

		test("a refusal is spent by nobody, and neither is what was allowed before everybody was thrown out", async (t) => {
			const { storage, alice, bob, write, approval, spend } = await waiting(t);
			await write((r) => r.decide({ ...approval, to: "refused" }));
			assert.equal(await write((r) => r.spend(spend)), false);
			await write((r) => r.add({ ...stored, deviceCodeHash: "device-2", userCodeHash: "user-2" }));
			await write((r) => r.decide({ ...approval, userCodeHash: "user-2" }));
			await write((r) => r.add({ ...stored, deviceCodeHash: "device-3", userCodeHash: "user-3" }));
			await write((r) => r.decide({ ...approval, userCodeHash: "user-3" }));
			const spendOther = (deviceCodeHash: string) => write((r) => r.spend({ ...spend, deviceCodeHash }));
			await storage.write((unit) => unit.accounts.raiseGeneration(bob));
			assert.equal(await spendOther("device-2"), true, "that was somebody else");
			await storage.write((unit) => unit.accounts.raiseGeneration(alice));
			assert.equal(await spendOther("device-3"), false);
		});

		test("whoever was thrown out answers nothing, and the device goes on waiting", async (t) => {
			const { storage, alice, bob, write, approval, find } = await waiting(t);
			await storage.write((unit) => unit.accounts.raiseGeneration(alice));
			for (const to of ["approved", "refused"] as const)
				assert.equal(await write((r) => r.decide({ ...approval, to })), undefined, to);
			assert.equal(
				await write((r) => r.decide({ ...approval, accountId: asAccountId("nobody") })),
				undefined,
			);
			assert.equal((await find())?.state, "pending");
			assert.notEqual(await write((r) => r.decide({ ...approval, accountId: bob })), undefined);
		});

		test("an answer after everybody was thrown out counts, if it is of the person who came back", async (t) => {
			const { storage, alice, write, approval, spend } = await waiting(t);
			await storage.write((unit) => unit.accounts.raiseGeneration(alice));
			assert.notEqual(await write((r) => r.decide({ ...approval, generation: 1 })), undefined);
			assert.equal(await write((r) => r.spend(spend)), true);
		});

		test("a device may ask at once, then after its interval, which grows once for all that came too soon", async (t) => {
			const { write } = await waiting(t);
			const poll = (now: number) => write((r) => r.notePoll({ ...pace, now }));
			assert.equal(await poll(1_000), "in-time");
			for (const now of [1_001, 2_000, 3_000, 4_000, 5_999]) assert.equal(await poll(now), "too-soon");
			assert.equal(await poll(10_999), "too-soon", "ten seconds now");
			assert.equal(await poll(11_000), "in-time");
			assert.equal(await poll(20_999), "too-soon");
			assert.equal(await poll(25_999), "too-soon", "fifteen");
			assert.equal(await poll(26_000), "in-time");
			assert.equal(await write((r) => r.notePoll({ ...pace, now: 40_002, toleranceMs: 998 })), "in-time");
		});

		test("a device is slowed down to thirty seconds and no further", async (t) => {
			const { write } = await waiting(t);
			const poll = (now: number) => write((r) => r.notePoll({ ...pace, now }));
			let now = 1_000;
			for (const interval of [10, 15, 20, 25, 30, 30, 30]) {
				assert.equal(await poll(now), "in-time");
				assert.equal(await poll(now + 1), "too-soon");
				now += interval * 1_000;
				assert.equal(await poll(now - 1), "too-soon", `${interval} seconds`);
			}
			assert.equal(await poll(now), "in-time");
		});

		test("of a hundred requests at once one was in time, and the others have made it slower once", async (t) => {
			const { write } = await waiting(t);
			const polls = await Promise.all(many.map(() => write((r) => r.notePoll({ ...pace, now: 1_000 }))));
			assert.equal(polls.filter((each) => each === "in-time").length, 1);
			assert.equal(await write((r) => r.notePoll({ ...pace, now: 10_999 })), "too-soon");
			assert.equal(await write((r) => r.notePoll({ ...pace, now: 11_000 })), "in-time");
		});

		test("clean-up takes what ran out, and a client stays as long as a device waits for it", async (t) => {
			const { storage, write, find } = await waiting(t);
			const deleteClients = () => storage.write((unit) => unit.clients.deleteUnused(100_000, 0));
			assert.equal(await deleteClients(), 0);
			assert.equal(await write((r) => r.deleteExpired(10_000)), 0);
			assert.equal(await write((r) => r.deleteExpired(10_001)), 1);
			assert.equal(await find(), undefined);
			assert.equal(await deleteClients(), 1);
		});
	});
}
