import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { SsoRequest } from "../../src/compat/index.ts";
import type { Storage } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";

const asked: SsoRequest = {
	...{ id: "request-1", redirectUrl: "https://app.example/?a=b#c" },
	action: "register",
	...{ createdAt: 1_000, expiresAt: 10_000 },
};
const loginTokenHash = "hash-1";
const many = Array.from({ length: 100 }, (_, at) => at);

/** What every storage of sign-ins by browser must hold. */
export function ssoRequestsContract(name: string, open: () => Promise<Storage>): void {
	async function waiting(t: TestContext) {
		const storage = await open();
		t.after(() => storage.close());
		const { accountId: alice } = await seedAccount(storage, { localpart: "alice", deviceIds: [], at: 1 });
		type Records = Storage["read"]["ssoRequests"];
		const write = <T>(work: (records: Records) => Promise<T>) =>
			storage.write((unit) => work(unit.ssoRequests));
		await write((r) => r.add(asked));
		const approval = {
			...{ id: asked.id, accountId: alice, generation: 0, loginTokenHash },
			...{ browser: "browser-1", now: 2_000, expiresAt: 5_000 },
		};
		const denial = { id: asked.id, browser: "browser-1", now: 2_000 };
		const throwOut = () => storage.write((unit) => unit.accounts.raiseGeneration(alice));
		return { alice, storage, write, approval, denial, throwOut, read: storage.read.ssoRequests };
	}

	describe(`sign-ins by browser, ${name}`, () => {
		test("are found as they were asked for, until they run out", async (t) => {
			const { read } = await waiting(t);
			assert.deepEqual(await read.findPending(asked.id, 9_999), asked);
			assert.equal(await read.findPending(asked.id, 10_000), undefined);
			assert.equal(await read.findPending("request-2", 1_000), undefined);
		});

		test("are decided by exactly one of a hundred answers at once", async (t) => {
			const { write, read, approval, denial } = await waiting(t);
			const answers = await Promise.all(
				many.map((at) =>
					at % 2 === 0
						? write((r) => r.deny(denial))
						: write((r) => r.approve({ ...approval, loginTokenHash: `hash-${at}` })),
				),
			);
			assert.equal(answers.filter((answer) => answer !== undefined && answer !== false).length, 1);
			assert.equal(await read.findPending(asked.id, 2_000), undefined);
		});

		test("cannot be decided once they have run out, nor by who was thrown out", async (t) => {
			const { write, approval, denial, throwOut } = await waiting(t);
			assert.equal(await write((r) => r.approve({ ...approval, now: 10_000 })), undefined);
			assert.equal(await write((r) => r.deny({ ...denial, now: 10_000 })), false);
			await throwOut();
			assert.equal(await write((r) => r.approve(approval)), undefined);
			const approved = await write((r) => r.approve({ ...approval, generation: 1 }));
			assert.equal(approved?.redirectUrl, asked.redirectUrl);
		});

		test("once approved, name their person for as long as the login token is good", async (t) => {
			const { alice, write, read, approval } = await waiting(t);
			assert.equal(await read.findApproved(loginTokenHash, 2_000), undefined);
			await write((r) => r.approve(approval));
			assert.deepEqual(await read.findApproved(loginTokenHash, 4_999), { accountId: alice });
			assert.equal(await read.findApproved(loginTokenHash, 5_000), undefined);
			assert.equal(await read.findApproved("hash-2", 2_000), undefined);
		});

		test("are spent by exactly one of a hundred, in time, and never after", async (t) => {
			const { write, read, approval } = await waiting(t);
			const spend = (now: number) => write((r) => r.spend(loginTokenHash, now));
			assert.equal(await spend(2_000), false, "pending");
			await write((r) => r.approve(approval));
			assert.equal(await spend(5_000), false, "run out");
			const spent = await Promise.all(many.map(() => spend(4_999)));
			assert.equal(spent.filter(Boolean).length, 1);
			assert.equal(await spend(3_000), false);
			assert.equal(await read.findApproved(loginTokenHash, 3_000), undefined);
		});

		test("of two approved with one login token the second is refused, and stays open", async (t) => {
			const { write, read, approval } = await waiting(t);
			await write((r) => r.add({ ...asked, id: "request-2" }));
			await write((r) => r.approve(approval));
			await assert.rejects(write((r) => r.approve({ ...approval, id: "request-2" })));
			assert.ok(await read.findPending("request-2", 2_000));
			assert.ok(await write((r) => r.approve({ ...approval, id: "request-2", loginTokenHash: "hash-2" })));
		});

		test("a spend that is rolled back has not happened", async (t) => {
			const { storage, write, approval } = await waiting(t);
			await write((r) => r.approve(approval));
			const failing = storage.write(async (unit) => {
				await unit.ssoRequests.spend(loginTokenHash, 3_000);
				throw new Error("the session could not be opened");
			});
			await assert.rejects(failing, /could not be opened/);
			assert.equal(await write((r) => r.spend(loginTokenHash, 3_000)), true);
		});

		test("denied ones, and those approved before everybody was thrown out, are spent by nobody", async (t) => {
			const { write, approval, denial, throwOut } = await waiting(t);
			await write((r) => r.add({ ...asked, id: "request-2" }));
			await write((r) => r.deny({ ...denial, id: "request-2" }));
			assert.equal(await write((r) => r.approve({ ...approval, id: "request-2" })), undefined);
			await write((r) => r.approve(approval));
			await throwOut();
			assert.equal(await write((r) => r.spend(loginTokenHash, 3_000)), false);
		});

		test("tell the browser that answered what it was, and no other, nor before its answer", async (t) => {
			const { write, read, approval, denial } = await waiting(t);
			await write((r) => r.add({ ...asked, id: "request-2" }));
			const by = { id: asked.id, browser: "browser-1", since: 2_000 };
			assert.equal(await read.findAnswered(by), undefined, "pending");
			await write((r) => r.approve(approval));
			await write((r) => r.deny({ ...denial, id: "request-2" }));
			const { redirectUrl } = asked;
			assert.deepEqual(await read.findAnswered(by), { state: "approved", redirectUrl, expiresAt: 5_000 });
			assert.equal((await read.findAnswered({ ...by, id: "request-2" }))?.state, "denied");
			assert.equal(await read.findAnswered({ ...by, browser: "browser-2" }), undefined);
			assert.equal(await read.findAnswered({ ...by, since: 2_001 }), undefined);
			await write((r) => r.deny({ ...denial, browser: "browser-2" }));
			assert.equal(await read.findAnswered({ ...by, browser: "browser-2" }), undefined, "it came too late");
			await write((r) => r.spend(loginTokenHash, 3_000));
			assert.equal((await read.findAnswered(by))?.state, "spent");
		});

		test("clean-up takes what ran out, whatever became of it", async (t) => {
			const { write, approval } = await waiting(t);
			await write((r) => r.add({ ...asked, id: "request-2" }));
			await write((r) => r.approve(approval));
			assert.equal(await write((r) => r.deleteExpired(5_000)), 0);
			assert.equal(await write((r) => r.deleteExpired(5_001)), 1);
			assert.equal(await write((r) => r.deleteExpired(10_001)), 1);
		});

		test("the client that stands for these apps is in storage from the beginning, and clean-up leaves it there", async (t) => {
			const { storage } = await waiting(t);
			await storage.write((unit) => unit.clients.deleteUnused(Date.parse("2999-01-01"), 0));
			assert.deepEqual((await storage.read.clients.find("legacy"))?.metadata.redirect_uris, []);
		});
	});
}
