import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { home, openPeopleWorld, password, random } from "../../test/support/people-world.ts";
import { noticedKinds } from "../notices/index.ts";
import type { Unit } from "../storage/index.ts";
import { createDueLosses } from "./due.ts";
import { createLostFactors } from "./lost-factors.ts";

const day = 86_400_000;
const mailbox = "alice@example.org";

/** Alice, whose app of codes is lost; any part of the storage can be made to fail within a transaction. */
async function open(t: TestContext) {
	const world = await openPeopleWorld();
	t.after(() => world[Symbol.asyncDispose]());
	const accountId = await world.add("alice");
	const { storage, clock, proofs } = world;
	await storage.write(async (unit) => {
		await unit.addresses.vouch({ accountId, address: mailbox, key: mailbox, at: clock() - 30 * day });
		await unit.oneTimeCodes.put({ accountId, secret: "s", lastStep: 0, createdAt: clock() });
	});
	let failing: keyof Unit | undefined;
	const broken = (unit: Unit): Unit =>
		new Proxy(unit, {
			get(target, part) {
				if (part === failing) throw new Error("the process died here");
				return Reflect.get(target, part);
			},
		});
	const deps = {
		...{ clock, random, proofs, newRateLimiter: storage.newRateLimiter },
		storage: {
			read: storage.read,
			write: <T>(work: (unit: Unit) => Promise<T>) => storage.write((unit) => work(broken(unit))),
		},
		secretOf: (step: string, id: string, key: string) => `secret-${step}-${id}-${key.replaceAll(".", "-")}`,
	};
	const lost = createLostFactors<Unit>(deps);
	const tell = () => createDueLosses<Unit>(deps)(new AbortController().signal);
	const tokenOf = async (step: "begin" | "finish") => {
		const loss = await storage.read.factorLosses.ofAccount(accountId, {
			...{ now: clock(), askedAfter: 0, askedBefore: 0, warnBefore: 0, endBefore: 0 },
			...{ warnedBefore: 0, warnedLongBefore: 0, toldAfter: 0, addressMs: 0, passwordMs: 0, prolongedMs: 0 },
		});
		return `${loss?.id}.${deps.secretOf(step, String(loss?.id), mailbox)}`;
	};
	const generation = async () => (await storage.read.accounts.find({ id: accountId }))?.generation ?? -1;
	const ask = async () =>
		lost.ask({ accountId, generation: await generation(), how: "password", at: 1 }, home);
	const letters = async () => (await storage.read.mailTasks.overview()).waiting;
	return {
		...{ world, lost, tell, tokenOf, ask, accountId, letters, storage },
		state: async () => (await lost.state(accountId)).state,
		has: async () => storage.read.secondFactors.isThere(accountId),
		/** Does it once with that part of the storage dead, and then again. */
		async dying(part: keyof Unit, work: () => Promise<unknown>) {
			failing = part;
			await assert.rejects(work(), /died here/);
			failing = undefined;
		},
	};
}

describe("a waiting time for who has lost every second factor", () => {
	test("is nothing in part, wherever the process dies: each step is done with its letters and lines, or not", async (t) => {
		const at = await open(t);
		assert.equal(await at.state(), "open");
		for (const part of ["mailTasks", "events"] as const) {
			await at.dying(part, at.ask);
			assert.deepEqual([await at.state(), await at.letters()], ["open", 0], part);
		}
		await at.ask();
		assert.deepEqual([await at.state(), await at.letters()], ["asked", 1]);
		const token = await at.tokenOf("begin");
		await at.dying("events", () => at.lost.begin({ token, address: home }));
		assert.equal(await at.state(), "asked");
		await at.lost.begin({ token, address: home });
		assert.equal(await at.state(), "waiting");
		at.world.advance(6 * day);
		await at.dying("events", at.tell);
		assert.equal((await at.world.eventsOf(at.accountId)).includes("factors-lost-soon"), false);
		await at.tell();
		at.world.advance(day);
		await at.dying("mailTasks", at.tell);
		assert.equal(await at.state(), "waiting");
		await at.tell();
		assert.equal(await at.state(), "over");
		const finish = { token: await at.tokenOf("finish"), address: home, password };
		for (const part of ["recoveryCodes", "requests", "browserSessions", "events"] as const) {
			await at.dying(part, () => at.lost.finish(finish));
			assert.deepEqual([await at.state(), await at.has()], ["over", true], part);
		}
		const done = await at.lost.finish(finish);
		assert.equal(done.ok && done.loss.state, "done");
		assert.equal(await at.has(), false);
		assert.deepEqual(
			(await at.world.eventsOf(at.accountId)).filter((kind) => kind.startsWith("factors-lost")).sort(),
			["asked", "begun", "soon", "taken"].map((kind) => `factors-lost-${kind}`),
		);
	});

	/** Wrong codes or passwords, as the log has them. */
	const refuse = (
		at: Awaited<ReturnType<typeof open>>,
		kind: "code-refused" | "sign-in-refused",
		count: number,
	) =>
		at.storage.write(async (unit) => {
			for (let nth = 0; nth < count; nth++)
				await unit.events.record({
					...{ id: random.token(), accountId: at.accountId, at: at.world.clock(), kind, detail: {} },
					actor: { kind: "somebody" },
				});
		});
	const stopsOf = async ({ storage, accountId }: Awaited<ReturnType<typeof open>>) =>
		(await storage.read.events.list(accountId, { limit: 9, kinds: ["factors-lost-stopped"] })).length;
	test("ends where somebody guesses codes: 20 of them, and one less is nothing", async (t) => {
		const at = await open(t);
		await at.ask();
		await at.lost.begin({ token: await at.tokenOf("begin"), address: home });
		await refuse(at, "code-refused", 19);
		at.world.advance(6 * day);
		await at.tell();
		at.world.advance(day);
		await at.tell();
		assert.deepEqual([await at.state(), await stopsOf(at)], ["over", 0]);
		const finish = { token: await at.tokenOf("finish"), address: home, password };
		await refuse(at, "code-refused", 1);
		await at.dying("events", () => at.lost.finish(finish));
		assert.equal(await at.state(), "over");
		const outcome = await at.lost.finish(finish);
		assert.equal(!outcome.ok && outcome.reason, "gone");
		assert.deepEqual([await at.state(), await at.has(), await stopsOf(at)], ["open", true, 1]);
	});

	test("ends when its end would be told of, after 20 codes", async (t) => {
		for (const wait of [6 * day, 7 * day]) {
			const at = await open(t);
			await at.ask();
			await at.lost.begin({ token: await at.tokenOf("begin"), address: home });
			at.world.advance(6 * day);
			if (wait > 6 * day) {
				await at.tell();
				at.world.advance(day);
			}
			const letters = await at.letters();
			await refuse(at, "code-refused", 20);
			await at.dying("events", at.tell);
			assert.deepEqual([await at.state(), await stopsOf(at)], ["waiting", 0]);
			await at.tell();
			assert.deepEqual([await at.state(), await at.has(), await stopsOf(at)], ["open", true, 1]);
			assert.equal(await at.letters(), letters, "no link");
		}
	});

	test("is longer by what strangers kept its person out with wrong passwords, told with it, and not ended", async (t) => {
		const at = await open(t);
		const until = async () => {
			const loss = await at.lost.waiting(at.accountId);
			return loss?.until;
		};
		await at.ask();
		const began = at.world.clock();
		await at.lost.begin({ token: await at.tokenOf("begin"), address: home });
		assert.equal(await until(), began + 7 * day);
		// Two days in which nobody could sign in.
		await refuse(at, "sign-in-refused", 48 * 50);
		assert.equal(await until(), began + 9 * day);
		at.world.advance(8 * day - 1);
		await at.tell();
		assert.ok(!(await at.world.eventsOf(at.accountId)).includes("factors-lost-soon"));
		at.world.advance(1);
		await at.tell();
		assert.ok((await at.world.eventsOf(at.accountId)).includes("factors-lost-soon"));
		await refuse(at, "sign-in-refused", 50);
		at.world.advance(day);
		await at.tell();
		assert.equal(await at.state(), "waiting", "an hour more");
		at.world.advance(day / 24);
		await at.tell();
		assert.equal(await at.state(), "over");
		// What is over stays so: its person had seven days.
		await refuse(at, "sign-in-refused", 500);
		const done = await at.lost.finish({ token: await at.tokenOf("finish"), address: home, password });
		assert.deepEqual([done.ok && done.loss.state, await at.has(), await stopsOf(at)], ["done", false, 0]);
	});

	test("is told of when it begins, a day before it ends, when it is done or ended; asking has a letter of its own", () => {
		const told = noticedKinds.filter((kind) => kind.startsWith("factors-lost"));
		assert.deepEqual(
			told.sort(),
			["begun", "soon", "stopped", "taken"].map((kind) => `factors-lost-${kind}`),
		);
	});

	test("does not begin or end by the letter of the other step", async (t) => {
		const at = await open(t);
		await at.ask();
		const [begin, finish] = [await at.tokenOf("begin"), await at.tokenOf("finish")];
		await at.lost.begin({ token: finish, address: home });
		assert.equal(await at.state(), "asked");
		await at.lost.begin({ token: begin, address: home });
		at.world.advance(6 * day);
		await at.tell();
		at.world.advance(day);
		await at.tell();
		const outcome = await at.lost.finish({ token: begin, address: home, password });
		assert.deepEqual([outcome.ok && outcome.loss.state, await at.has()], ["over", true]);
	});

	test("takes the password of this account, not another's, and none that was set by mail", async (t) => {
		const at = await open(t);
		await at.world.add("bob", "the password of bob");
		await at.ask();
		await at.lost.begin({ token: await at.tokenOf("begin"), address: home });
		at.world.advance(6 * day);
		await at.tell();
		at.world.advance(day);
		await at.tell();
		const token = await at.tokenOf("finish");
		for (const wrong of ["", "the password of bob", `${password}x`]) {
			const outcome = await at.lost.finish({ token, address: home, password: wrong });
			assert.equal(!outcome.ok && outcome.reason, "wrong");
		}
		assert.equal(await at.has(), true);
		const to = `hash of ${password} #0`;
		await at.storage.write((unit) =>
			unit.accounts.replacePassword({ id: at.accountId, to, at: 1, isMailed: true }),
		);
		const after = await at.lost.finish({ token, address: home, password });
		assert.equal(!after.ok && after.reason, "gone");
		assert.deepEqual([await at.state(), await at.has()], ["none", true]);
	});

	test("is ended by a browser that is signed in, and by none that was signed out", async (t) => {
		const at = await open(t);
		const { cookieValue } = await at.world.browserOf(at.accountId);
		const session = await at.world.browserSessions.find(cookieValue);
		const proof = session?.proof ?? assert.fail();
		await at.ask();
		await at.lost.begin({ token: await at.tokenOf("begin"), address: home });
		await at.storage.write((unit) => unit.browserSessions.endAllOf(at.accountId));
		assert.equal(await at.lost.stop(proof, home), "signed-out");
		assert.equal(await at.state(), "waiting");
		const again = await at.world.browserOf(at.accountId);
		const found = await at.world.browserSessions.find(again.cookieValue);
		assert.equal(await at.lost.stop(found?.proof ?? assert.fail(), home), "done");
		assert.equal(await at.state(), "open");
	});
});
