/** What a person sees of the browsers in which they are signed in, and does from one to the others. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { byPerson } from "../../test/support/actors.ts";
import { home, openPeopleWorld } from "../../test/support/people-world.ts";
import { listedBrowsers } from "./index.ts";

const elsewhere = "198.51.100.9";

async function threeBrowsers() {
	const world = await openPeopleWorld();
	const accountId = await world.add("alice");
	const here = await world.browserOf(accountId, { userAgent: "Here/1" });
	world.advance(1);
	const there = await world.browserOf(accountId, { address: elsewhere, userAgent: "There/1" });
	world.advance(1);
	const third = await world.browserOf(accountId);
	const strangers = await world.browserOf(await world.add("bob"));
	const lives = async () => {
		const all = [here, there, third, strangers];
		const found = await Promise.all(all.map(({ cookieValue }) => world.browserSessions.find(cookieValue)));
		return found.map((session) => session !== undefined);
	};
	const lastLine = async () => (await world.storage.read.events.list(accountId, { limit: 1 }))[0];
	return { ...world, accountId, here, there, third, strangers, lives, lastLine };
}

describe("the list of browsers", () => {
	test("holds one's own, the last seen first, each with where it signed in and what it said it was", async () => {
		await using world = await threeBrowsers();
		const { here, there, third } = world;
		const [now, at] = [world.clock(), (before: number) => world.clock() - before];
		assert.deepEqual(await world.browserSessions.listOf(world.accountId), [
			{ idHash: third.idHash, createdAt: now, lastSeenAt: now, address: home },
			...[{ idHash: there.idHash, createdAt: at(1), lastSeenAt: at(1), address: elsewhere }].map((each) => ({
				...each,
				userAgent: "There/1",
			})),
			{ idHash: here.idHash, createdAt: at(2), lastSeenAt: at(2), address: home, userAgent: "Here/1" },
		]);
	});

	test("says of a visit once an hour, and names none that is over", async () => {
		await using world = await threeBrowsers();
		const { here } = world;
		const seen = async () => {
			await world.browserSessions.find(here.cookieValue);
			const all = await world.browserSessions.listOf(world.accountId);
			return all.find(({ idHash }) => idHash === here.idHash)?.lastSeenAt;
		};
		const begun = world.clock() - 2;
		world.advance(60 * 60_000 - 3);
		assert.equal(await seen(), begun);
		world.advance(1);
		assert.equal(await seen(), begun + 60 * 60_000);
		world.advance(14 * 24 * 60 * 60_000);
		assert.deepEqual(await world.browserSessions.listOf(world.accountId), []);
	});

	test("ends at a hundred", async () => {
		await using world = await threeBrowsers();
		for (let more = 0; more < 98; more++) await world.browserOf(world.accountId);
		assert.equal((await world.browserSessions.listOf(world.accountId)).length, 100);
		assert.equal(listedBrowsers, 100);
	});
});

test("signing in is a line of the log that says where, and in which browser", async () => {
	await using world = await threeBrowsers();
	world.advance(1);
	await world.browserOf(world.accountId, { address: elsewhere, userAgent: "There/2" });
	const { id, ...line } = (await world.lastLine()) ?? assert.fail();
	assert.ok(id.length >= 32);
	assert.deepEqual(line, {
		...{ accountId: world.accountId, at: world.clock(), kind: "signed-in", address: elsewhere },
		actor: byPerson,
		detail: { browser: "There/2" },
	});
	world.advance(1);
	await world.browserOf(world.accountId);
	assert.deepEqual((await world.lastLine())?.detail, {});
});

test("a browser cannot be entered by what names it", async () => {
	await using world = await threeBrowsers();
	const { cookieValue, idHash } = world.here;
	assert.equal(world.browserSessions.nameOf(cookieValue), idHash);
	assert.equal(cookieValue.length, 43, "256 bits: nobody guesses it");
	assert.notEqual(cookieValue, idHash);
});

describe("from one browser", () => {
	test("another is signed out, which is a line of the log; a second time it is none", async () => {
		await using world = await threeBrowsers();
		const proof = await world.proofFor("sign-out-browsers", world.here);
		const end = () =>
			world.browserSessions.endElsewhere({ proof, address: elsewhere, idHash: world.there.idHash });
		world.advance(5);
		assert.equal(await end(), 1);
		assert.deepEqual(await world.lives(), [true, false, true, true]);
		const { id: _, ...line } = (await world.lastLine()) ?? assert.fail();
		assert.deepEqual(line, {
			...{ accountId: world.accountId, at: world.clock(), kind: "browser-signed-out", address: elsewhere },
			actor: byPerson,
			detail: { browsers: "1" },
		});
		world.advance(1);
		assert.equal(await end(), 0);
		assert.equal((await world.lastLine())?.at, world.clock() - 1);
	});

	test("all others are signed out, and nobody else's", async () => {
		await using world = await threeBrowsers();
		const proof = await world.proofFor("sign-out-browsers", world.here);
		world.advance(1);
		assert.equal(await world.browserSessions.endElsewhere({ proof, address: home }), 2);
		assert.deepEqual(await world.lives(), [true, false, false, true]);
		assert.deepEqual((await world.lastLine())?.detail, { browsers: "2" });
	});

	test("nobody else's can be signed out, though its name be known", async () => {
		await using world = await threeBrowsers();
		const proof = await world.proofFor("sign-out-browsers", world.here);
		const { idHash } = world.strangers;
		assert.equal(await world.browserSessions.endElsewhere({ proof, address: home, idHash }), 0);
		assert.deepEqual(await world.lives(), [true, true, true, true]);
	});

	test("that was signed out after the password was entered nothing is done", async () => {
		await using world = await threeBrowsers();
		const proof = await world.proofFor("sign-out-browsers", world.here);
		const everywhere = await world.proofFor("sign-out-everywhere", world.here);
		await world.browserSessions.end(world.here.idHash);
		assert.equal(await world.browserSessions.endElsewhere({ proof, address: home }), 0);
		assert.equal(await world.browserSessions.endOthers(everywhere), 0);
		assert.deepEqual(await world.lives(), [false, true, true, true]);
	});

	test("signing out everywhere ends the others and leaves this one to the end", async () => {
		await using world = await threeBrowsers();
		const proof = await world.proofFor("sign-out-everywhere", world.here);
		assert.equal(await world.browserSessions.endOthers(proof), 2);
		assert.deepEqual(await world.lives(), [true, false, false, true]);
	});
});

test("an app of the older login API that signs out everywhere ends every browser of its person", async () => {
	await using world = await threeBrowsers();
	assert.equal(await world.browserSessions.endAllOf(world.accountId), 3);
	assert.deepEqual(await world.lives(), [false, false, false, true]);
});
