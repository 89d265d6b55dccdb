import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RequestIn } from "@countersign/core";
import { home, openPeopleWorld, password } from "../../test/support/people-world.ts";
import { seedAccount } from "../../test/support/storage.ts";

const elsewhere = "198.51.100.9";

describe("registering", () => {
	test("makes an account that can sign in, and a line in its log", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		const checked = await world.people.checkPassword({ localpart: "alice", password, address: home });
		assert.ok(checked.ok);
		assert.deepEqual(checked.account, await world.people.byId(id));
		assert.deepEqual(await world.eventsOf(id), ["account-registered"]);
	});

	test("of many who want one name at once exactly one gets it", async () => {
		await using world = await openPeopleWorld();
		const all = await Promise.all(
			Array.from({ length: 30 }, () =>
				world.people.register({ localpart: "alice", password, address: home }),
			),
		);
		assert.equal(all.filter((each) => each.ok).length, 1);
		assert.ok(all.every((each) => each.ok || each.reason === "localpart-taken"));
	});

	test("is refused, with the reason, for bad names, bad passwords, and where it is closed", async () => {
		await using world = await openPeopleWorld();
		const reasonFor = async (localpart: string, chosen: string) => {
			const outcome = await world.people.register({ localpart, password: chosen, address: home });
			return outcome.ok ? "taken in" : outcome.reason;
		};
		assert.equal(await reasonFor("Alice", password), "localpart-invalid");
		assert.equal(await reasonFor("_bridge", password), "localpart-invalid");
		assert.equal(await reasonFor("", password), "localpart-invalid");
		assert.equal(await reasonFor("alice", "123456789"), "password-too-short");
		assert.equal(await reasonFor("alice", "x".repeat(1025)), "password-too-long");
		assert.equal(await reasonFor("alice", "é".repeat(600)), "password-too-long");
		await using closed = await openPeopleWorld({ openRegistration: false });
		const outcome = await closed.people.register({ localpart: "alice", password, address: home });
		assert.deepEqual(outcome, { ok: false, reason: "registration-closed" });
	});

	test("from one address ends at 300 in an hour; other addresses go on", async () => {
		await using world = await openPeopleWorld();
		const attempt = (localpart: string, address: string) =>
			world.people.register({ localpart, password, address });
		for (let index = 0; index < 300; index++) await attempt("same", home);
		const refused = await attempt("alice", home);
		assert.equal(refused.ok ? "" : refused.reason, "throttled");
		assert.ok((await attempt("alice", elsewhere)).ok);
	});

	test("a name of a closed account is never given to somebody else", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		await world.people.deactivate({ accountId: id, erase: true });
		const again = await world.people.register({ localpart: "alice", password, address: home });
		assert.deepEqual(again, { ok: false, reason: "localpart-taken" });
	});
});

describe("checking a password", () => {
	test("unknown, closed and wrong get the same answer after the same work", async () => {
		await using world = await openPeopleWorld();
		await world.add("alice");
		const gone = await world.add("gone");
		await world.people.deactivate({ accountId: gone, erase: false });
		for (const localpart of ["alice", "gone", "nobody"]) {
			const before = world.compared.length;
			const outcome = await world.people.checkPassword({
				localpart,
				password: "wrong password",
				address: home,
			});
			assert.deepEqual(outcome, { ok: false, reason: "wrong" });
			assert.equal(world.compared.length, before + 1, `${localpart} costs one comparison`);
		}
	});

	test("a password too long or too short to be one costs the same comparison", async () => {
		await using world = await openPeopleWorld();
		await world.add("alice");
		for (const typed of ["", "x".repeat(5000)]) {
			const before = world.compared.length;
			const outcome = await world.people.checkPassword({
				localpart: "alice",
				password: typed,
				address: home,
			});
			assert.deepEqual(outcome, { ok: false, reason: "wrong" });
			assert.equal(world.compared.length, before + 1);
		}
	});

	test("the same characters composed differently are the same password", async () => {
		await using world = await openPeopleWorld();
		await world.add("alice", "caf\u00e9 ole \u212b ten");
		const typed = { localpart: "alice", password: "cafe\u0301 ole A\u030a ten", address: home };
		assert.ok((await world.people.checkPassword(typed)).ok);
	});

	test("a lock is told only to who knows the password", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		world.lock(id);
		const check = (text: string) =>
			world.people.checkPassword({ localpart: "alice", password: text, address: home });
		assert.deepEqual(await check("wrong password"), { ok: false, reason: "wrong" });
		assert.deepEqual(await check(password), { ok: false, reason: "locked" });
	});

	test("refusals are in the person's log, and say at which prompt", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		await world.people.checkPassword({ localpart: "alice", password: "wrong password", address: home });
		await world.people.checkPassword({
			accountId: id,
			browser: "a browser",
			password: "wrong password",
			address: home,
		});
		const log = await world.eventsOf(id);
		assert.deepEqual([...log].sort(), ["account-registered", "password-refused", "sign-in-refused"]);
	});
});

describe("changing the password", () => {
	test("needs the old one, ends the other browsers and keeps this one", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		const here = await world.browserOf(id);
		const there = await world.browserOf(id, { address: elsewhere });
		const change = {
			accountId: id,
			next: "a different one",
			address: home,
			browser: here.idHash,
		};
		assert.deepEqual(await world.people.changePassword({ ...change, current: "wrong password" }), {
			ok: false,
			reason: "wrong",
		});
		assert.ok(await world.browserSessions.find(there.cookieValue));
		assert.deepEqual(await world.people.changePassword({ ...change, current: password }), { ok: true });
		assert.ok(await world.browserSessions.find(here.cookieValue));
		assert.equal(await world.browserSessions.find(there.cookieValue), undefined);
		const old = await world.people.checkPassword({ localpart: "alice", password, address: home });
		assert.equal(old.ok, false);
		assert.ok((await world.eventsOf(id)).includes("password-changed"));
	});

	test("ends approvals that were not used yet, in one go with it; what waits goes on waiting", async () => {
		await using world = await openPeopleWorld();
		const { accountId } = await seedAccount(world.storage, { localpart: "alice", deviceIds: ["ONE"], at: 1 });
		assert.ok((await world.operator.setPassword(accountId, password)).ok);
		const reference = "approved";
		await world.storage.write(async ({ requests }) => {
			await requests.add(pendingRequest(accountId));
			await requests.add({ ...pendingRequest(accountId), reference, uiaSession: "uia-2", digest: "d2" });
			const now = world.clock();
			await requests.move({ move: "approve", reference, accountId, generation: 1, now });
		});
		const change = { accountId, browser: "a browser", next: "a different one", address: home };
		const state = async (which: string) => {
			const found = await world.storage.read.requests.find({ reference: which });
			return found?.state === "withdrawn" ? found.reason : found?.state;
		};
		assert.equal((await world.people.changePassword({ ...change, current: "wrong password" })).ok, false);
		assert.equal(await state(reference), "approved");
		assert.deepEqual(await world.people.changePassword({ ...change, current: password }), { ok: true });
		assert.deepEqual([await state(reference), await state("ref-1")], ["password-changed", "pending"]);
	});

	test("a sign-in whose password is changed while it is checked does not come to be", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		const checked = await world.people.checkPassword({ localpart: "alice", password, address: elsewhere });
		assert.ok(checked.ok);
		const change = {
			accountId: id,
			browser: "a browser",
			current: password,
			next: "a different one",
			address: home,
		};
		assert.deepEqual(await world.people.changePassword(change), { ok: true });
		const { account } = checked;
		assert.equal(await world.browserSessions.start({ account, address: elsewhere }), undefined);
		assert.ok(!(await world.eventsOf(id)).includes("signed-in"));
	});

	test("a new password that is no password is refused before the old one is asked", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		const change = { accountId: id, browser: "a browser", current: password, next: "short", address: home };
		assert.deepEqual(await world.people.changePassword(change), { ok: false, reason: "password-too-short" });
		assert.equal(world.compared.length, 0);
	});

	test("two changes at once from the same old password: one counts", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		const change = { accountId: id, browser: "a browser", current: password, address: home };
		const outcomes = await Promise.all(
			["first new one", "second new one"].map((next) => world.people.changePassword({ ...change, next })),
		);
		assert.equal(outcomes.filter((each) => each.ok).length, 1);
	});
});

describe("closing an account", () => {
	test("ends devices, browsers and the way back in, at once", async () => {
		await using world = await openPeopleWorld();
		const { accountId } = await seedAccount(world.storage, {
			localpart: "alice",
			deviceIds: ["ONE", "TWO"],
			at: 1,
		});
		const browser = await world.browserOf(accountId);
		const request = pendingRequest(accountId);
		await world.storage.write((unit) => unit.requests.add(request));
		assert.equal(await world.people.deactivate({ accountId, erase: false, address: home }), true);
		assert.deepEqual(await world.storage.read.sessions.live({ accountId }), []);
		assert.equal(await world.browserSessions.find(browser.cookieValue), undefined);
		assert.equal((await world.people.byId(accountId))?.hasPassword, false);
		const ended = await world.storage.read.requests.find({ reference: request.reference });
		assert.ok(ended?.state === "withdrawn" && ended.reason === "account-closed");
		const log = await world.eventsOf(accountId);
		assert.ok(log.includes("account-deactivated"));
	});

	test("happens once", async () => {
		await using world = await openPeopleWorld();
		const accountId = await world.add("alice");
		const all = await Promise.all(
			Array.from({ length: 10 }, () => world.people.deactivate({ accountId, erase: true })),
		);
		assert.equal(all.filter(Boolean).length, 1);
		const log = await world.eventsOf(accountId);
		assert.equal(log.filter((kind) => kind === "account-deactivated").length, 1);
	});
});

function pendingRequest(accountId: string): RequestIn<"pending"> {
	return {
		...{ accountId, sessionId: "alice/ONE", deviceId: "ONE", reference: "ref-1", uiaSession: "uia-1" },
		...{ digest: "d1", keys: {}, masterKey: "M", createdAt: 1, lastUploadAt: 1 },
		...{ state: "pending", expiresAt: Number.MAX_SAFE_INTEGER },
	};
}
