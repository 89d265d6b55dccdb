/** What a person keeps in order by themselves: the name others see, the browsers they are signed in with, their log. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Browser, openResetWorld, password, type ResetWorld } from "../support/reset-world.ts";

const elsewhere = "198.51.100.9";

async function withAlice() {
	const world = await openResetWorld();
	const alice = await world.register("alice");
	return { world, alice, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

async function another(world: ResetWorld, username = "alice", address = elsewhere): Promise<Browser> {
	const browser = world.browser(address);
	const { status } = await browser.submit(await browser.get("/login"), { username, password });
	assert.equal(status, 303);
	return browser;
}

const isSignedIn = async (browser: Browser) => (await browser.get("/account/")).status === 200;

/** Pages of the browsers that can be ended from this one. */
async function othersOf(browser: Browser): Promise<readonly string[]> {
	const { text } = await browser.get("/account/browsers");
	return [...text.matchAll(/href="(\/account\/browsers\/[\w-]{43})"/g)].map(([, path = ""]) => path);
}

/** Sends the form that signs out browsers; the other form of its page signs out this one. */
async function end(browser: Browser, path: string, fields: Readonly<Record<string, string>> = {}) {
	return browser.submit(await browser.get(path), fields);
}

describe("the display name", () => {
	test("is what others are shown, until it is taken away", async () => {
		await using it = await withAlice();
		const app = await it.world.app("alice", { deviceId: "PHONEALICE" });
		const shown = async () => (await app.call("GET", "profile/@alice:localhost")).body;
		const form = await it.alice.get("/account/profile");
		const saved = await it.alice.submit(form, { displayname: "  Älice <b> & Co. " });
		assert.deepEqual([saved.status, saved.location], [303, "/account/"]);
		assert.match((await it.alice.get("/account/")).text, /<dd><bdi>Älice &lt;b&gt; &amp; Co\.<\/bdi><\/dd>/);
		assert.match((await it.alice.get("/account/profile")).text, /value="Älice &lt;b&gt; &amp; Co\."/);
		assert.deepEqual(await shown(), { displayname: "Älice <b> & Co." });
		assert.equal((await it.alice.submit(form, { displayname: "  " })).status, 303);
		assert.deepEqual(await shown(), {});
	});

	test("is bounded as for apps: a longer one is refused at its field, and what was typed is not lost", async () => {
		await using it = await withAlice();
		const form = await it.alice.get("/account/profile");
		assert.equal((await it.alice.submit(form, { displayname: "n".repeat(256) })).status, 303);
		const refused = await it.alice.submit(form, { displayname: "m".repeat(257) });
		assert.equal(refused.status, 400);
		assert.match(
			refused.text,
			/id="displayname-error" role="alert">The name is too long\. Use at most 256 characters\./,
		);
		assert.ok(refused.text.includes(`value="${"m".repeat(257)}"`));
		assert.ok((await it.alice.get("/account/profile")).text.includes(`value="${"n".repeat(256)}"`));
	});
});

describe("browsers", () => {
	test("are listed to their person alone: this one marked, the others with place and time", async () => {
		await using it = await withAlice();
		assert.match((await it.alice.get("/account/browsers")).text, /You are signed in nowhere else/);
		it.world.advance(3 * 60_000);
		const bob = await it.world.register("bob");
		await another(it.world);
		const { text } = await it.alice.get("/account/browsers");
		const others = text.slice(text.indexOf("Other browsers"));
		assert.match(
			text,
			/This browser<\/h2>[\s\S]*3 minutes ago<\/time> from 203\.0\.113\.5[\s\S]*Other browsers/,
		);
		assert.match(others, /just now<\/time> from 198\.51\.100\.9/);
		assert.doesNotMatch(others, /203\.0\.113\.5/);
		assert.equal((await othersOf(it.alice)).length, 1);
		assert.deepEqual(await othersOf(bob), []);
	});

	test("one is ended after a page that says what happens; looking at it ends nothing", async () => {
		await using it = await withAlice();
		const [second, third] = [await another(it.world), await another(it.world, "alice", "198.51.100.77")];
		const [path = "none"] = await othersOf(it.alice);
		const page = await it.alice.get(path);
		assert.match(page.text, /Apps that were signed in with it stay signed in/);
		const shownIsThird = page.text.includes("198.51.100.77");
		assert.deepEqual([await isSignedIn(second), await isSignedIn(third)], [true, true]);
		const done = await it.alice.submit(page, {});
		assert.deepEqual([done.status, done.location], [303, "/account/browsers"]);
		assert.deepEqual([await isSignedIn(second), await isSignedIn(third)], [shownIsThird, !shownIsThird]);
		assert.equal(await isSignedIn(it.alice), true);
		assert.match(
			(await it.alice.get("/account/security")).text,
			/Another browser was signed out of this site/,
		);
		assert.equal((await it.alice.get(path)).status, 404);
		assert.equal(
			(await it.alice.submit(page, {})).status,
			404,
			"the form sent again has nothing left to end",
		);
	});

	test("all others are ended at once, and apps stay", async () => {
		await using it = await withAlice();
		const app = await it.world.app("alice", { deviceId: "PHONEALICE" });
		const none = await it.alice.get("/account/browsers/others");
		assert.doesNotMatch(none.text, /action="\/account\/browsers\/others"/, "no button that would do nothing");
		const others = [await another(it.world), await another(it.world)];
		assert.match((await it.alice.get("/account/browsers/others")).text, /2 other browsers are signed out/);
		const done = await end(it.alice, "/account/browsers/others");
		assert.deepEqual([done.status, done.location], [303, "/account/browsers"]);
		for (const other of others) assert.equal(await isSignedIn(other), false);
		assert.equal(await isSignedIn(it.alice), true);
		assert.equal((await app.call("GET", "account/whoami")).status, 200);
		assert.match((await it.alice.get("/account/security")).text, /2 other browsers were signed out/);
	});

	test("are ended only with a recent password", async () => {
		await using it = await withAlice();
		const other = await another(it.world);
		const [one = "none"] = await othersOf(it.alice);
		for (const path of [one, "/account/browsers/others"]) {
			it.world.advance(5 * 60_000 + 1);
			const page = await it.alice.get(path);
			assert.match(page.text, /name="password"/);
			assert.equal((await it.alice.submit(page, {})).status, 400);
			const wrong = await it.alice.submit(page, { password: "not the password" });
			assert.equal(wrong.status, 403);
			assert.match(wrong.text, /role="alert"/);
			assert.equal(await isSignedIn(other), true);
		}
		assert.equal((await end(it.alice, one, { password })).status, 303);
		assert.equal(await isSignedIn(other), false);
	});

	test("of somebody else, this very one and made-up ones are one answer, and nothing happens", async () => {
		await using it = await withAlice();
		const second = await another(it.world);
		const bob = await it.world.register("bob");
		const [others = "none"] = await othersOf(it.alice);
		const [own = "none"] = await othersOf(second);
		const form = await it.alice.get(others);
		for (const [browser, path] of [
			[bob, others],
			[it.alice, own],
			[it.alice, "/account/browsers/constructor"],
			[it.alice, "/account/browsers/%00"],
		] as const) {
			const page = await browser.get(path);
			assert.deepEqual([page.status, page.title], [404, "Browser not found"], path);
			assert.match(page.text, /<a href="\/account\/">@(?:alice|bob):localhost<\/a>/, path);
			assert.equal(
				(await browser.submit({ ...form, text: form.text.replaceAll(others, path) }, {})).status,
				404,
			);
		}
		assert.deepEqual([await isSignedIn(second), await isSignedIn(it.alice)], [true, true]);
	});

	test("that end each other at the same moment: never are both left", async () => {
		await using it = await withAlice();
		const second = await another(it.world);
		const path = "/account/browsers/others";
		const [mine, theirs] = [await it.alice.get(path), await second.get(path)];
		await Promise.all([it.alice.submit(mine, {}), second.submit(theirs, {})]);
		const left = [await isSignedIn(it.alice), await isSignedIn(second)].filter(Boolean);
		assert.ok(left.length <= 1);
	});
});

describe("the security log", () => {
	test("shows one kind or one device, says so, and keeps to it page by page", async () => {
		await using it = await withAlice();
		await it.world.app("alice", { deviceId: "a/b&c=<d>" });
		const app = await it.world.app("alice", { deviceId: "PHONEALICE" });
		await app.upload("first");
		it.world.advance(1_000);
		for (let count = 0; count < 31; count++) await another(it.world);
		const get = async (query: string) => (await it.alice.get(`/account/security?${query}`)).text;
		const devices = await get("kind=devices&device=");
		assert.match(devices, /<option value="devices" selected>/);
		assert.match(devices, /An app signed in/);
		assert.doesNotMatch(devices, /Signed in on this site|digital identity was set up/);
		const one = await get(`device=${encodeURIComponent("a/b&c=<d>")}`);
		assert.match(one, /<option value="a\/b&amp;c=&lt;d&gt;" selected>/);
		assert.match(one, /An app signed in/);
		assert.doesNotMatch(one, /PHONEALICE<\/code>/);
		assert.match(await get("device=PHONEALICE&kind=identity"), /digital identity was set up/);
		assert.match(await get("device=PHONEALICE&kind=password"), /Nothing of this kind/);
		const signIns = await get("kind=sign-ins");
		const [, older = "none"] =
			/href="(\/account\/security\?kind=sign-ins&amp;after=[^"]+)"/.exec(signIns) ?? [];
		const second = (await it.alice.get(older.replaceAll("&amp;", "&"))).text;
		assert.match(second, /The account was created/);
		assert.doesNotMatch(second, /An app signed in/);
		assert.match(
			second,
			/href="\/account\/security\?kind=sign-ins"/,
			"the way to the newest keeps the choice",
		);
	});

	test("takes what its form cannot have sent for no choice, and never for somebody else's lines", async () => {
		await using it = await withAlice();
		await it.world.register("bob");
		await it.world.app("bob", { deviceId: "PHONEOFBOB" });
		for (const query of ["kind=constructor", "device=%00", `device=${"x".repeat(256)}`, "kind=&device="]) {
			assert.match((await it.alice.get(`/account/security?${query}`)).text, /The account was created/, query);
		}
		const asked = await it.alice.get("/account/security?device=PHONEOFBOB");
		assert.match(asked.text, /Nothing of this kind/);
	});
});

for (const erase of [true, false]) {
	test(`closing the account ${erase ? "erases" : "keeps, and shows to nobody,"} the display name, as the page says`, async () => {
		await using it = await withAlice();
		await it.world.register("bob");
		const bob = await it.world.app("bob", { deviceId: "PHONEOFBOB" });
		await it.alice.submit(await it.alice.get("/account/profile"), { displayname: "Alice" });
		const form = await it.alice.get("/account/deactivate");
		assert.match(
			form.text,
			/shown to nobody here any more\. They stay on record, unless you have them erased/,
		);
		const typed = { username: "alice", password, ...(erase ? { erase: "yes" } : {}) };
		const done = await it.alice.submit(form, typed);
		assert.equal(done.title, "Your account is closed");
		assert.equal(done.text.includes("your display name and picture included"), erase);
		assert.equal((await bob.call("GET", "profile/@alice:localhost")).status, 404);
		const kept = await it.world.storage.read.accounts.find({ localpart: "alice" });
		assert.equal(kept?.displayName, erase ? null : "Alice");
	});
}
