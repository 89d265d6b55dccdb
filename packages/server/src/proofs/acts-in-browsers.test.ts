/** What a browser's last proof does for, and what is entered with an act. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { home, openPeopleWorld, password } from "../../test/support/people-world.ts";

const elsewhere = "198.51.100.9";
const byPassword = { password: true, code: false, passkey: undefined };

async function signedIn() {
	const world = await openPeopleWorld();
	const accountId = await world.add("alice");
	const { cookieValue, idHash } = await world.browserOf(accountId);
	const last = async () => (await world.browserSessions.find(cookieValue))?.proof ?? assert.fail();
	const lines = async () => {
		await world.proofs.flush();
		return world.storage.read.events.list(accountId, { limit: 50 });
	};
	return { ...world, accountId, browser: idHash, last, lines };
}

describe("an act for which a recent password does", () => {
	test("is proved by the one that was entered a while ago, and nothing is compared", async () => {
		await using world = await signedIn();
		const last = await world.last();
		world.advance(300_000);
		assert.equal(await world.proofs.asksFor("approve-reset", last), undefined);
		const proved = await world.proofs.forAct("approve-reset", last, { password: "", address: home });
		assert.deepEqual(proved, { ok: true, proof: last });
		assert.equal(world.compared.length, 0);
	});

	test("asks when that is too long ago; what is entered then has its own time, and is carried by its browser", async () => {
		await using world = await signedIn();
		const last = await world.last();
		world.advance(300_001);
		assert.deepEqual(await world.proofs.asksFor("approve-reset", last), byPassword);
		const act = (entered: string) =>
			world.proofs.forAct("approve-reset", last, { password: entered, address: home });
		assert.deepEqual(await act(""), { ok: false, reason: "missing" });
		assert.equal(world.compared.length, 0, "nothing entered is no try");
		assert.deepEqual(await act("wrong password"), { ok: false, reason: "wrong" });
		const { accountId, browser } = world;
		const proof = { how: "password", at: world.clock(), accountId, browser, generation: 0 };
		const proved = await act(password);
		assert.deepEqual(proved, { ok: true, proof });
		assert.deepEqual(await world.last(), last, "the session itself is as old as it is");
		const carried = proved.ok ? world.proofs.cookie.seal(proved.proof) : assert.fail();
		assert.deepEqual(world.proofs.cookie.open(carried, last), proof);
	});
});

test("an act that cannot be undone asks, however recent the last proof", async () => {
	await using world = await signedIn();
	const last = await world.last();
	assert.deepEqual(await world.proofs.asksFor("close-account", last), byPassword);
	const act = (entered: string) =>
		world.proofs.forAct("close-account", last, { password: entered, address: home });
	assert.deepEqual(await act(""), { ok: false, reason: "missing" });
	assert.equal((await act(password)).ok, true);
});

test("who was signed out meanwhile is told so, though the password is right", async () => {
	await using world = await signedIn();
	const last = await world.last();
	await world.browserSessions.end(world.browser);
	const signedOut = { ok: false, reason: "signed-out" };
	const entered = { password, address: home };
	assert.deepEqual(await world.proofs.again(last, entered), signedOut);
	assert.deepEqual(await world.proofs.forAct("change-password", last, entered), signedOut);
});

test("a wrong password is a line of the log by somebody, with when and from where, at whichever prompt", async () => {
	await using world = await signedIn();
	const last = await world.last();
	world.advance(5);
	await world.proofs.again(last, { password: "wrong password", address: elsewhere });
	const [prompt] = await world.lines();
	world.advance(1);
	await world.proofs.signIn({ name: "alice", password: "wrong password", address: home });
	const [signIn] = await world.lines();
	for (const [line, kind, address, at] of [
		[prompt, "password-refused", elsewhere, world.clock() - 1],
		[signIn, "sign-in-refused", home, world.clock()],
	] as const) {
		const { id, ...facts } = line ?? assert.fail();
		assert.ok(id.length >= 32);
		const { accountId } = world;
		assert.deepEqual(facts, { accountId, at, kind, address, actor: { kind: "somebody" }, detail: {} });
	}
});

test("a sign-in proves whose password it was, when, and in which generation of the account", async () => {
	await using world = await signedIn();
	world.advance(7);
	const { accountId } = world;
	assert.deepEqual(await world.proofs.signIn({ name: "alice", password, address: home }), {
		ok: true,
		proof: { how: "password", at: world.clock(), accountId, generation: 0 },
		localpart: "alice",
	});
	const proof = await world.proofs.again(await world.last(), { password, address: home });
	assert.ok(proof.ok && proof.proof.generation === 0);
});

test("right passwords are no tries: nobody is kept out by signing in again and again", async () => {
	await using world = await signedIn();
	for (let nth = 0; nth < 8; nth++)
		assert.ok((await world.proofs.signIn({ name: "alice", password, address: home })).ok, `${nth}`);
});
