import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { home, openPeopleWorld, password } from "../../test/support/people-world.ts";

describe("checking a password", () => {
	test("unknown, closed and wrong get the same answer after the same work", async () => {
		await using world = await openPeopleWorld();
		await world.add("alice");
		const gone = await world.add("gone");
		await world.operator.deactivate(gone, { erase: false });
		for (const localpart of ["alice", "gone", "nobody"]) {
			const before = world.compared.length;
			const outcome = await world.proofs.signIn({
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
			const outcome = await world.proofs.signIn({
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
		assert.ok((await world.proofs.signIn(typed)).ok);
	});

	test("a lock is told only to who knows the password", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		world.lock(id);
		const check = (text: string) =>
			world.proofs.signIn({ localpart: "alice", password: text, address: home });
		assert.deepEqual(await check("wrong password"), { ok: false, reason: "wrong" });
		assert.deepEqual(await check(password), { ok: false, reason: "locked" });
	});

	test("refusals are in the person's log, and say at which prompt", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		await world.proofs.signIn({ localpart: "alice", password: "wrong password", address: home });
		const here = await world.browserSessions.find((await world.browserOf(id)).cookieValue);
		assert.ok(here);
		await world.proofs.again(here.proof, { password: "wrong password", address: home });
		const log = await world.eventsOf(id);
		assert.deepEqual([...log].sort(), [
			"account-registered",
			"password-refused",
			"sign-in-refused",
			"signed-in",
		]);
	});
});
