import assert from "node:assert/strict";
import { test } from "node:test";
import { openPeopleWorld, password } from "../../test/support/people-world.ts";
import { browserSessionLifetimes as lifetimes } from "./lifetimes.ts";

async function signedIn() {
	const world = await openPeopleWorld();
	const accountId = await world.add("alice");
	const started = await world.browserOf(accountId, { userAgent: "Browser/1" });
	return { world, accountId, ...started };
}

test("a browser session is found by its cookie and by nothing the database holds", async () => {
	const { world, cookieValue, idHash, accountId } = await signedIn();
	await using _ = world;
	const found = await world.browserSessions.find(cookieValue);
	assert.equal(found?.account.id, accountId);
	assert.equal(found?.idHash, idHash);
	assert.equal(await world.browserSessions.find(idHash), undefined);
	assert.equal(await world.browserSessions.find(undefined), undefined);
	assert.ok((await world.eventsOf(accountId)).includes("signed-in"));
});

test("every sign-in has an id of its own", async () => {
	const { world, cookieValue, accountId } = await signedIn();
	await using _ = world;
	const again = await world.browserOf(accountId);
	assert.notEqual(again.cookieValue, cookieValue);
});

test("a session ends fourteen days after the last visit", async () => {
	const { world, cookieValue } = await signedIn();
	await using _ = world;
	world.advance(lifetimes.idleMs - 1);
	assert.ok(await world.browserSessions.find(cookieValue), "a visit in time prolongs it");
	world.advance(lifetimes.idleMs - 1);
	assert.ok(await world.browserSessions.find(cookieValue));
	world.advance(lifetimes.idleMs);
	assert.equal(await world.browserSessions.find(cookieValue), undefined);
});

test("visits do not prolong a session beyond ninety days", async () => {
	const { world, cookieValue } = await signedIn();
	await using _ = world;
	const step = 10 * 24 * 60 * 60_000;
	for (let visit = 1; visit <= 8; visit++) {
		world.advance(step);
		assert.ok(await world.browserSessions.find(cookieValue));
	}
	world.advance(step - 1);
	assert.ok(await world.browserSessions.find(cookieValue), "to the end of the ninetieth day");
	world.advance(1);
	assert.equal(await world.browserSessions.find(cookieValue), undefined);
});

test("a locked person is signed in nowhere", async () => {
	const { world, cookieValue, accountId } = await signedIn();
	await using _ = world;
	world.lock(accountId);
	assert.equal(await world.browserSessions.find(cookieValue), undefined);
});

test("its proof stays the one it began with; what is entered later ends with it", async () => {
	const { world, cookieValue, idHash } = await signedIn();
	await using _ = world;
	world.advance(60_000);
	const before = await world.browserSessions.find(cookieValue);
	assert.equal(before?.proof.at, world.clock() - 60_000);
	const again = () => before && world.proofs.again(before.proof, { password, address: "192.0.2.7" });
	assert.deepEqual((await again())?.ok, true);
	assert.equal((await world.browserSessions.find(cookieValue))?.proof.at, world.clock() - 60_000);
	assert.equal(await world.browserSessions.end(idHash), true);
	assert.equal(await world.browserSessions.end(idHash), false);
	assert.deepEqual(await again(), { ok: false, reason: "signed-out" });
	assert.equal(await world.browserSessions.find(cookieValue), undefined);
});
