import assert from "node:assert/strict";
import { DatabaseSync, StatementSync } from "node:sqlite";
import { describe, type TestContext, test } from "node:test";
import { byOperator } from "../../test/support/actors.ts";
import { home, openPeopleWorld, password } from "../../test/support/people-world.ts";

/** Every statement that is made from now on, by any connection. */
function statementsMade(t: TestContext): readonly string[] {
	const made: string[] = [];
	for (const method of ["all", "get", "run"] as const) {
		const original = StatementSync.prototype[method];
		t.mock.method(StatementSync.prototype, method, function (this: StatementSync, ...values: []) {
			made.push(this.sourceSQL);
			return Reflect.apply(original, this, values);
		});
	}
	const { exec } = DatabaseSync.prototype;
	t.mock.method(DatabaseSync.prototype, "exec", function (this: DatabaseSync, sql: string) {
		made.push(sql);
		return Reflect.apply(exec, this, [sql]);
	});
	return made;
}

describe("checking a password", () => {
	test("unknown, closed and wrong get the same answer after the same work", async () => {
		await using world = await openPeopleWorld();
		await world.add("alice");
		const gone = await world.add("gone");
		await world.operator.deactivate(gone, { erase: false }, byOperator);
		for (const localpart of ["alice", "gone", "nobody"]) {
			const before = world.compared.length;
			const outcome = await world.proofs.signIn({
				name: localpart,
				password: "wrong password",
				address: home,
			});
			assert.deepEqual(outcome, { ok: false, reason: "wrong" });
			assert.equal(world.compared.length, before + 1, `${localpart} costs one comparison`);
		}
	});

	test("unknown, closed and wrong make the same statements, before the answer and after it", async (t) => {
		await using world = await openPeopleWorld();
		await world.add("alice");
		const gone = await world.add("gone");
		await world.operator.deactivate(gone, { erase: false }, byOperator);
		const statements = statementsMade(t);
		const made = async (localpart: string) => {
			const [before, compared] = [statements.length, world.compared.length];
			await world.proofs.signIn({ name: localpart, password: "wrong password", address: home });
			const answered = statements.length;
			await world.proofs.flush();
			return {
				compared: world.compared.length - compared,
				asked: statements.slice(before, answered),
				stored: statements.slice(answered),
			};
		};
		const [wrong, closed, unknown] = [await made("alice"), await made("gone"), await made("nobody")];
		assert.deepEqual(unknown, wrong);
		assert.deepEqual(closed, wrong);
		assert.deepEqual([wrong.compared, wrong.asked.length], [1, 1]);
		assert.ok(wrong.stored.some((statement) => statement.startsWith("insert")));
	});

	test("a password too long or too short to be one costs the same comparison", async () => {
		await using world = await openPeopleWorld();
		await world.add("alice");
		for (const typed of ["", "x".repeat(5000)]) {
			const before = world.compared.length;
			const outcome = await world.proofs.signIn({
				name: "alice",
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
		const typed = { name: "alice", password: "cafe\u0301 ole A\u030a ten", address: home };
		assert.ok((await world.proofs.signIn(typed)).ok);
	});

	test("a lock is told only to who knows the password", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		world.lock(id);
		const check = (text: string) => world.proofs.signIn({ name: "alice", password: text, address: home });
		assert.deepEqual(await check("wrong password"), { ok: false, reason: "wrong" });
		assert.deepEqual(await check(password), { ok: false, reason: "locked" });
	});

	test("a name that nobody has is one name, however it is written", async () => {
		await using world = await openPeopleWorld();
		const reasons: string[] = [];
		for (const name of ["nobody", "Nobody", "NOBODY", "noBody", "nobodY", "NObody"]) {
			const outcome = await world.proofs.signIn({ name, password: "wrong password", address: home });
			assert.ok(!outcome.ok);
			reasons.push(outcome.reason);
		}
		assert.deepEqual(reasons, ["wrong", "wrong", "wrong", "wrong", "wrong", "throttled"]);
	});

	test("refusals are in the person's log, and say at which prompt", async () => {
		await using world = await openPeopleWorld();
		const id = await world.add("alice");
		await world.proofs.signIn({ name: "alice", password: "wrong password", address: home });
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
