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
			const intent = { kind: "link", accountId: alice, browser: "session", generation: 3 } as const;
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

	describe(`stays elsewhere, ${name}`, () => {
		const there = { provider: "company", issuer: "https://id.example", subject: "s-1" };
		const stay = { ...there, sid: "i-1", since: 1_000, expiresAt: 9_000 };
		const end = { ...there, until: 1_000 };

		async function signedIn(t: TestContext) {
			const { write, read } = await opened(t);
			const at = { createdAt: 1, provedAt: 1, provedHow: "upstream", expiresAt: 9_000 } as const;
			const signIn = (idHash: string, by?: string) =>
				write(({ browserSessions }) =>
					browserSessions.add({ idHash, accountId: alice, generation: 0, stay: by, ...at }),
				);
			await write(({ upstreamStays }) => upstreamStays.begin({ ...stay, id: "one" }));
			await write(({ upstreamStays }) =>
				upstreamStays.begin({ ...stay, id: "two", sid: "i-2", since: 2_000 }),
			);
			return { write, read, signIn };
		}

		test("are what a browser is signed in by while they last, and go with the session that is named", async (t) => {
			const { write, read, signIn } = await signedIn(t);
			assert.deepEqual(await Promise.all([signIn("a", "one"), signIn("b", "two"), signIn("c")]), [
				true,
				true,
				true,
			]);
			assert.equal(await signIn("d", "three"), false);
			assert.equal((await read.browserSessions.find("a", 2))?.stay, "one");
			assert.equal(await read.upstreamStays.ofBrowser("a"), "one");
			assert.equal(await read.upstreamStays.ofBrowser("c"), undefined);
			const { sid } = stay;
			for (const other of [
				{ sid, subject: "s-2" },
				{ sid, issuer: "https://other" },
				{ sid, provider: "other" },
			])
				assert.deepEqual(await write(({ upstreamEnds }) => upstreamEnds.endStays({ ...end, ...other })), []);
			const all = await Promise.all(
				[1, 2].map(() => write(({ upstreamEnds }) => upstreamEnds.endStays({ ...end, sid }))),
			);
			assert.deepEqual(all.flat(), ["one"]);
			assert.equal(await read.upstreamStays.isThere("one"), false);
			assert.equal(await signIn("e", "one"), false);
			assert.deepEqual(await write(({ upstreamEnds }) => upstreamEnds.endBrowsers(["one"])), [alice]);
			assert.deepEqual(await write(({ upstreamEnds }) => upstreamEnds.endBrowsers([])), []);
			assert.equal(await read.browserSessions.find("a", 2), undefined);
			assert.ok(await read.browserSessions.find("b", 2));
		});

		test("of a person go together, but for those of afterwards, and nobody's go by nobody's name", async (t) => {
			const { write, read } = await signedIn(t);
			assert.deepEqual(await write(({ upstreamEnds }) => upstreamEnds.endStays(end)), ["one"]);
			assert.equal(await read.upstreamStays.isThere("two"), true);
			await assert.rejects(
				write(({ upstreamEnds }) => upstreamEnds.endStays({ ...end, subject: undefined })),
			);
		});

		test("are followed by a browser that has one, and by no other", async (t) => {
			const { write, read, signIn } = await signedIn(t);
			await signIn("a", "one");
			await signIn("b");
			for (const browser of ["a", "b"])
				await write(({ upstreamStays }) => upstreamStays.follow(browser, "two"));
			assert.equal(await read.upstreamStays.ofBrowser("a"), "two");
			assert.equal(await read.upstreamStays.ofBrowser("b"), undefined);
		});

		test("are over before they begin where that was said, once for each word", async (t) => {
			const { write, read } = await signedIn(t);
			const note = (word: object) =>
				write(({ upstreamEnds }) => upstreamEnds.note({ ...end, wordHash: "w", expiresAt: 9_000, ...word }));
			assert.deepEqual(await Promise.all([note({}), note({})]).then((all) => all.toSorted()), [false, true]);
			const isOver = (other: object) => read.upstreamStays.isOver({ ...stay, ...other });
			assert.equal(await isOver({}), true);
			assert.equal(await isOver({ since: 1_001 }), false);
			assert.equal(await isOver({ subject: "s-2" }), false);
			assert.equal(await isOver({ issuer: "https://other" }), false);
			assert.equal(await note({ wordHash: "w-2", sid: "i-9", subject: undefined }), true);
			assert.equal(await isOver({ since: 5_000, sid: "i-9" }), true);
			assert.equal(await isOver({ since: 5_000, sid: undefined }), false);
		});

		test("forget who came by them and has no account", async (t) => {
			const { write, read } = await signedIn(t);
			await write(({ upstreamArrivals }) => upstreamArrivals.put({ ...came, stay: "one" }));
			await write(({ upstreamEnds }) => upstreamEnds.forgetArrivals(["two"]));
			assert.equal((await read.upstreamArrivals.find("browser", 1))?.stay, "one");
			await write(({ upstreamEnds }) => upstreamEnds.forgetArrivals(["one"]));
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
			assert.equal(await note("https://one.example"), true);
			assert.equal(await note("https://two.example"), false);
			assert.equal(await note("https://one.example"), true, "twice at once");
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
