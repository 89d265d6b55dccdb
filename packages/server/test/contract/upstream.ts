import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { asAccountId } from "@countersign/core";
import type { Storage } from "../../src/storage/index.ts";

type Unit = Storage["read"];

const [alice, bob] = [asAccountId("account-alice"), asAccountId("account-bob")];
const asked = { stateHash: "state", browserHash: "browser", provider: "company" };
const begun = {
	provider: "company",
	intent: { kind: "sign-in" },
	resume: "/account/",
	createdAt: 1_000,
	expiresAt: 5_000,
} as const;
const arrival = {
	...{
		provider: "company",
		issuer: "https://id.example",
		subject: "s-1",
		provedAt: 900,
		resume: "/account/devices",
	},
	said: { localpart: { value: "alice", isFixed: true }, displayName: "Alice", accountName: "a@company" },
};
const came = { ...arrival, browserHash: "browser", expiresAt: 5_000 };

/** What every storage of sign-ins elsewhere must hold. */
export function upstreamContract(name: string, open: () => Promise<Storage>): void {
	async function opened(t: TestContext) {
		const storage = await open();
		t.after(() => storage.close());
		const write = <T>(work: (unit: Unit) => Promise<T>) => storage.write(work);
		for (const [id, localpart] of [
			[alice, "alice"],
			[bob, "bob"],
		] as const)
			await write(({ accounts }) => accounts.add({ id, localpart, passwordHash: null, createdAt: 1 }));
		return { write, read: storage.read };
	}

	describe(`sign-ins elsewhere, ${name}`, () => {
		test("are used once, by however many at once", async (t) => {
			const { write, read } = await opened(t);
			await write(({ upstreamSignIns }) => upstreamSignIns.add({ ...asked, ...begun }));
			const answer = { ...asked, now: 4_999 };
			assert.equal(await read.upstreamSignIns.findUsed(answer), undefined);
			const all = await Promise.all(
				Array.from({ length: 10 }, () => write(({ upstreamSignIns }) => upstreamSignIns.use(answer))),
			);
			assert.deepEqual(all.filter(Boolean), [begun]);
			assert.deepEqual(await read.upstreamSignIns.findUsed(answer), begun);
			assert.equal(await read.upstreamSignIns.findUsed({ ...answer, browserHash: "other" }), undefined);
		});

		test("are this state's, this browser's and this provider's, until they are over", async (t) => {
			const { write } = await opened(t);
			await write(({ upstreamSignIns }) => upstreamSignIns.add({ ...asked, ...begun }));
			for (const other of [
				...[{ stateHash: "other" }, { browserHash: "other" }, { provider: "other" }, { now: 5_000 }],
			]) {
				const answer = { ...asked, now: 4_999, ...other };
				assert.equal(await write(({ upstreamSignIns }) => upstreamSignIns.use(answer)), undefined);
			}
		});

		test("say whose they are, where somebody is signed in", async (t) => {
			const { write } = await opened(t);
			const intent = { kind: "link", accountId: alice, browser: "session" } as const;
			await write(({ upstreamSignIns }) => upstreamSignIns.add({ ...asked, ...begun, intent }));
			const used = await write(({ upstreamSignIns }) => upstreamSignIns.use({ ...asked, now: 2_000 }));
			assert.deepEqual(used?.intent, intent);
		});
	});

	describe(`who came from elsewhere, ${name}`, () => {
		test("is one for each browser, the latest, and used once", async (t) => {
			const { write, read } = await opened(t);
			const put = (it: typeof came) => write(({ upstreamArrivals }) => upstreamArrivals.put(it));
			await put({ ...came, subject: "s-0" });
			await put(came);
			assert.deepEqual(await read.upstreamArrivals.find("browser", 4_999), arrival);
			assert.equal(await read.upstreamArrivals.find("browser", 5_000), undefined);
			const use = (subject: string) =>
				write(({ upstreamArrivals }) => upstreamArrivals.use({ ...came, subject, now: 4_000 }));
			assert.equal(await use("s-0"), undefined);
			const all = await Promise.all(Array.from({ length: 10 }, () => use("s-1")));
			assert.deepEqual(all.filter(Boolean), [came]);
			assert.equal(await read.upstreamArrivals.find("browser", 1), undefined, "nothing of it stays");
			await put(came);
			assert.deepEqual(await read.upstreamArrivals.find("browser", 4_000), arrival);
			await put({ ...came, subject: "s-2" });
			await write(({ upstreamArrivals }) => upstreamArrivals.forget(came));
			assert.equal((await read.upstreamArrivals.find("browser", 1))?.subject, "s-2");
			await write(({ upstreamArrivals }) => upstreamArrivals.forget({ ...came, subject: "s-2" }));
			assert.equal(await read.upstreamArrivals.find("browser", 1), undefined);
		});
	});

	describe(`links, ${name}`, () => {
		const link = { provider: "company", subject: "s-1", name: "a@company", linkedAt: 1_000 };

		test("are one account's, whoever else asks for them at once", async (t) => {
			const { write, read } = await opened(t);
			const all = await Promise.all(
				[alice, bob, alice, bob].map((accountId) =>
					write(({ accountLinks }) => accountLinks.add({ ...link, accountId })),
				),
			);
			assert.equal(all.filter(Boolean).length, 1);
			const owner = await read.accountLinks.ownerOf("company", "s-1");
			assert.ok(owner);
			assert.deepEqual(await read.accountLinks.list(owner.accountId), [link]);
			assert.equal(await read.accountLinks.ownerOf("company", "S-1"), undefined);
			assert.equal(await read.accountLinks.ownerOf("other", "s-1"), undefined);
		});

		test("are of the issuer that said so first", async (t) => {
			const { write, read } = await opened(t);
			const note = (issuer: string) =>
				write(({ accountLinks }) => accountLinks.noteIssuer({ ...link, issuer }));
			const owner = () => read.accountLinks.ownerOf("company", "s-1");
			await write(({ accountLinks }) => accountLinks.add({ ...link, accountId: alice }));
			assert.deepEqual(await owner(), { accountId: alice });
			await note("https://one.example");
			await note("https://two.example");
			assert.deepEqual(await owner(), { accountId: alice, issuer: "https://one.example" });
		});

		test("are removed by whose they are alone, once", async (t) => {
			const { write, read } = await opened(t);
			await write(({ accountLinks }) => accountLinks.add({ ...link, accountId: alice }));
			const remove = (accountId: typeof alice) =>
				write(({ accountLinks }) => accountLinks.remove({ ...link, accountId }));
			assert.equal(await remove(bob), false);
			const all = await Promise.all([remove(alice), remove(alice)]);
			assert.equal(all.filter(Boolean).length, 1);
			assert.deepEqual(await read.accountLinks.list(alice), []);
		});

		test("go with the objection to the line that they were added by", async (t) => {
			const { write, read } = await opened(t);
			await write(({ accountLinks }) => accountLinks.add({ ...link, accountId: alice }));
			await write(({ accountLinks }) =>
				accountLinks.add({ provider: "moved", subject: "x", accountId: alice }),
			);
			await write(({ accountLinks }) => accountLinks.removeAddedAt(alice, 999));
			await write(({ accountLinks }) => accountLinks.removeAddedAt(bob, 1_000));
			assert.equal((await read.accountLinks.list(alice)).length, 2);
			await write(({ accountLinks }) => accountLinks.removeAddedAt(alice, 1_000));
			assert.deepEqual(await read.accountLinks.list(alice), [{ provider: "moved", subject: "x" }]);
		});
	});
}
