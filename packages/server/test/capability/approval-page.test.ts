/** The approval page, asked over the whole server: what it shows, what it does, and for whom. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type App, type Browser, home, openResetWorld, type Page, password } from "../support/reset-world.ts";

const minute = 60_000;

/** A person with an identity, a long signed-in app, and a request for another identity. */
async function asked() {
	const world = await openResetWorld();
	const browser = await world.register("alice");
	const app = await world.app("alice", { deviceId: "PHONEALICE", deviceName: "Alice's phone" });
	assert.equal((await app.upload("first")).status, 200);
	world.advance(30 * minute);
	const challenge = await app.upload("second");
	assert.equal(challenge.status, 401);
	const { pathname: path } = new URL(challenge.body.params["m.oauth"].url);
	return { world, browser, app, path, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

async function decide(
	browser: Browser,
	path: string,
	fields: Readonly<Record<string, string>>,
): Promise<Page> {
	const answer = await browser.submit(await browser.get(path), fields);
	assert.equal(answer.status, 303, answer.text);
	assert.equal(answer.location, path);
	return browser.get(path);
}

const approve = { decision: "approve", password };

async function masterKey(app: App): Promise<unknown> {
	const { body } = await app.call("POST", "keys/query", { device_keys: { "@alice:localhost": [] } });
	return body.master_keys["@alice:localhost"].keys;
}

describe("approving", () => {
	test("the whole way: asked, approved, replaced, finished, and the page tells each", async () => {
		await using it = await asked();
		const { browser, app, path } = it;
		const question = await browser.get(path);
		assert.equal(question.title, "Replace your digital identity?");
		assert.doesNotMatch(question.text, /http-equiv="refresh"|location\.reload/);
		const approved = await decide(browser, path, approve);
		assert.equal(approved.title, "Approved. Waiting for the app");
		assert.equal((await app.upload("second")).status, 200);
		assert.equal((await browser.get(path)).title, "Almost done: the app is finishing");
		assert.equal((await app.finish("second")).status, 200);
		const done = await browser.get(path);
		assert.equal(done.title, "Your digital identity is replaced");
		assert.doesNotMatch(done.text, /http-equiv="refresh"/, "a page that is at its end stays still");
	});

	test("GET never acts, whatever its query says", async () => {
		await using it = await asked();
		await it.browser.get(`${it.path}?decision=approve&password=${encodeURIComponent(password)}`);
		assert.equal((await it.browser.get(it.path)).title, "Replace your digital identity?");
		assert.equal((await it.app.upload("second")).status, 401);
	});

	test("it takes the password when that was entered too long ago, and only then", async () => {
		await using it = await asked();
		const { browser, path, world } = it;
		const page = await browser.get(path);
		assert.match(page.text, /type="password"/);
		const refused = await browser.submit(page, { decision: "approve" });
		assert.equal(refused.status, 400);
		assert.match(refused.text, /Enter your password/);
		const wrong = await browser.submit(page, { decision: "approve", password: "not this one at all" });
		assert.equal(wrong.status, 403);
		assert.match(wrong.text, /role="alert"/);
		await decide(browser, path, approve);
		const other = await it.app.upload("third");
		const { pathname } = new URL(other.body.params["m.oauth"].url);
		assert.doesNotMatch((await browser.get(pathname)).text, /type="password"/);
		world.advance(5 * 60_000 + 1);
		assert.match((await browser.get(pathname)).text, /type="password"/);
	});

	test("guessing here meets the limiter of every password prompt", async () => {
		await using it = await asked();
		const page = await it.browser.get(it.path);
		const guess = (text: string) => it.browser.submit(page, { decision: "approve", password: text });
		for (const nth of [1, 2, 3, 4, 5]) assert.equal((await guess(`wrong guess no. ${nth}`)).status, 403);
		const throttled = await guess(password);
		assert.equal(throttled.status, 429);
		assert.ok(Number(throttled.headers.get("retry-after")) > 0);
		assert.equal((await it.app.upload("second")).status, 401);
	});

	test("of two forms sent at once both land on the same truth", async () => {
		await using it = await asked();
		const page = await it.browser.get(it.path);
		const both = await Promise.all([
			it.browser.submit(page, approve),
			it.browser.submit(page, { decision: "deny" }),
		]);
		assert.deepEqual(
			both.map(({ status }) => status),
			[303, 303],
		);
		const { title } = await it.browser.get(it.path);
		assert.ok(
			[
				"You refused",
				"You took your approval back",
				"This request is over",
				"Approved. Waiting for the app",
			].includes(title),
			title,
		);
		const status = title.startsWith("Approved") ? 200 : 403;
		assert.equal((await it.app.upload("second")).status, title === "This request is over" ? 401 : status);
	});

	test("an approval ends by itself, and the page says that the identity was not changed", async () => {
		await using it = await asked();
		await decide(it.browser, it.path, approve);
		it.world.advance(10 * 60_000);
		const page = await it.browser.get(it.path);
		assert.equal(page.title, "This request has run out");
		assert.match(page.text, /Your digital identity was not changed/);
		assert.equal((await it.app.upload("second")).status, 401);
	});

	test("it creates no device and changes no list of devices", async () => {
		await using it = await asked();
		const before = await it.app.call("GET", "devices");
		const { next_batch: since } = (await it.app.call("GET", "sync?timeout=0")).body;
		const fresh = it.world.browser();
		const signIn = await fresh.get(`/login?next=${encodeURIComponent(it.path)}`);
		const back = await fresh.submit(signIn, { username: "alice", password });
		assert.equal(back.location, it.path);
		await decide(fresh, it.path, approve);
		assert.deepEqual((await it.app.call("GET", "devices")).body, before.body);
		const { body } = await it.app.call("GET", `sync?timeout=0&since=${since}`);
		assert.deepEqual(body.device_lists?.changed ?? [], []);
	});
});

test("whose app removed the backup is told that it is safe, and without a reset under way when it went", async () => {
	await using it = await asked();
	const backup = { algorithm: "m.megolm_backup.v1.curve25519-aes-sha2", auth_data: {} };
	assert.equal((await it.app.call("POST", "room_keys/version", backup)).status, 200);
	const other = await it.app.upload("third");
	const path = new URL(other.body.params["m.oauth"].url).pathname;
	const kept = await decide(it.browser, path, { decision: "deny" });
	assert.doesNotMatch(kept.text, /backup/);
	assert.equal((await it.app.call("DELETE", "room_keys/version/1")).status, 200);
	assert.match(
		(await it.browser.get(path)).text,
		/holds the backup of 0 message keys .* It comes back by itself/,
	);
	const mark = "user/%40alice%3Alocalhost/account_data/m.key_backup";
	await decide(it.browser, it.path, { decision: "deny" });
	it.world.advance(1);
	assert.equal((await it.app.call("DELETE", "room_keys/version/1")).status, 200);
	assert.equal((await it.app.call("PUT", mark, { enabled: false })).status, 200);
	it.world.advance(2 * minute);
	const refused = await it.browser.get(path);
	assert.match(
		refused.text,
		/backup of your message keys on the server was removed <time[^>]*>2 minutes ago/,
	);
	assert.match(refused.text, /Turn the backup on again in your app/);
});

describe("approving what may not act any more", () => {
	test("a session that ended without its requests cannot be approved, and the page says why", async () => {
		await using it = await asked();
		it.world.sql("UPDATE sessions SET ended_at = 1 WHERE id = ?", it.app.sessionId);
		const answer = await it.browser.submit(await it.browser.get(it.path), approve);
		assert.equal(answer.status, 409);
		assert.match(answer.text, /not signed in any more/);
	});

	test("who was locked between page and form decides nothing", async () => {
		await using it = await asked();
		const page = await it.browser.get(it.path);
		it.world.sql("UPDATE accounts SET locked_at = 1 WHERE id = ?", it.app.accountId);
		const answer = await it.browser.submit(page, approve);
		assert.match(answer.location ?? "", /^\/login\?/);
		it.world.sql("UPDATE accounts SET locked_at = NULL WHERE id = ?", it.app.accountId);
		assert.equal((await it.app.upload("second")).status, 401);
	});
});

describe("refusing", () => {
	test("needs no password, is told, and can be taken back by the person alone", async () => {
		await using it = await asked();
		const { browser, app, path } = it;
		const denied = await decide(browser, path, { decision: "deny" });
		assert.equal(denied.title, "You refused");
		assert.equal((await app.upload("second")).status, 403);
		assert.match(denied.text, /Ask me again/);
		assert.equal(
			(await decide(browser, path, { decision: "reopen" })).title,
			"Replace your digital identity?",
		);
	});

	test("an approval that was not used can be taken back", async () => {
		await using it = await asked();
		await decide(it.browser, it.path, approve);
		it.world.advance(1_000);
		const over = await decide(it.browser, it.path, { decision: "deny" });
		assert.equal(over.title, "You took your approval back");
		assert.equal((await it.app.upload("second")).status, 403);
		it.world.advance(1_000);
		await decide(it.browser, it.path, { decision: "reopen" });
		it.world.advance(1_000);
		assert.equal((await decide(it.browser, it.path, { decision: "deny" })).title, "You refused");
	});

	test("the device that asked can be signed out from there, with the password", async () => {
		await using it = await asked();
		const denied = await decide(it.browser, it.path, { decision: "deny" });
		const refused = await it.browser.submit(denied, { decision: "sign-out-device" });
		assert.equal(refused.status, 400);
		assert.equal((await it.app.call("GET", "account/whoami")).status, 200);
		const page = await decide(it.browser, it.path, { decision: "sign-out-device", password });
		assert.match(page.text, /has been signed out/);
		assert.equal((await it.app.call("GET", "account/whoami")).status, 401);
	});

	test("a request whose device signed out is over, and the page says why", async () => {
		await using it = await asked();
		await it.browser.submit(await it.browser.get(it.path), { decision: "sign-out-device", password });
		const page = await it.browser.get(it.path);
		assert.equal(page.title, "This request is over");
		assert.match(page.text, /The device that asked has been signed out/);
	});
});

describe("somebody else", () => {
	test("an unknown reference and another person's are the same page", async () => {
		await using it = await asked();
		const mallory = await it.world.register("mallory");
		const foreign = await mallory.get(it.path);
		const unknown = await mallory.get("/account/reset/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
		assert.equal(foreign.status, 404);
		assert.match(foreign.text, /@mallory:localhost/);
		assert.doesNotMatch(foreign.text, /PHONEALICE|alice/);
		const same = ({ text, path }: Page) => text.replaceAll(path, "").replaceAll(/nonce="[^"]*"/g, "");
		assert.equal(same(foreign), same(unknown));
	});

	test("the wrong person is led to the right account and back to the request", async () => {
		await using it = await asked();
		const mallory = await it.world.register("mallory");
		const out = await mallory.submit(await mallory.get(it.path), {});
		assert.equal(out.status, 303);
		const signIn = await mallory.get(out.location ?? "");
		const back = await mallory.submit(signIn, { username: "alice", password });
		assert.equal(back.location, it.path);
	});

	test("cannot answer for the person, not with a token of another request either", async () => {
		await using it = await asked();
		const mallory = await it.world.register("mallory");
		const own = await it.world.app("mallory", { deviceId: "LAPTOPLAPT" });
		await own.upload("mallory's first");
		const challenge = await own.upload("mallory's second");
		const page = await mallory.get(new URL(challenge.body.params["m.oauth"].url).pathname);
		const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
		const answer = await mallory.post(it.path, { csrf, ...approve });
		assert.equal(answer.status, 403);
		assert.equal((await it.browser.get(it.path)).title, "Replace your digital identity?");
	});

	test("who is not signed in signs in first and comes back, with all that the page reads of its address", async () => {
		await using it = await asked();
		const path = `${it.path}?from=fallback`;
		const page = await it.world.browser().get(`${path}&action=org.matrix.cross_signing_reset`);
		assert.equal(page.status, 303);
		assert.equal(new URL(page.location ?? "", "http://localhost").searchParams.get("next"), path);
	});

	test("a form without its token changes nothing", async () => {
		await using it = await asked();
		for (const decision of ["approve", "deny", "sign-out-device"]) {
			assert.equal((await it.browser.post(it.path, { decision, password })).status, 403);
		}
		assert.equal((await it.browser.get(it.path)).title, "Replace your digital identity?");
		await decide(it.browser, it.path, { decision: "deny" });
		assert.equal((await it.browser.post(it.path, { decision: "reopen" })).status, 403);
		assert.equal((await it.browser.get(it.path)).title, "You refused");
	});

	test("an answer the page does not offer is refused", async () => {
		await using it = await asked();
		const answer = await it.browser.submit(await it.browser.get(it.path), { decision: "constructor" });
		assert.equal(answer.status, 400);
	});
});

describe("what the page warns of", () => {
	test("nothing, for an app signed in for long that asks from here", async () => {
		await using it = await asked();
		const { text } = await it.browser.get(it.path);
		assert.doesNotMatch(text, /Look twice/);
	});

	test("another network, a second set of keys, a device just signed in: refusing comes first", async () => {
		await using it = await asked();
		const thief = await it.world.app("alice", { deviceId: "THIEFTHIEF", address: "198.51.100.9" });
		const challenge = await thief.upload("thief's");
		await thief.upload("thief's other");
		const page = await it.browser.get(new URL(challenge.body.params["m.oauth"].url).pathname);
		assert.match(page.text, /asked from 198\.51\.100\.9, but you are at 203\.0\.113\.5/);
		assert.match(page.text, /more than once/);
		assert.match(page.text, /signed in only minutes ago/);
		assert.ok(page.text.indexOf("Look twice") < page.text.indexOf("<dl>"));
		assert.ok(page.text.indexOf('value="deny"') < page.text.indexOf('value="approve"'));
	});

	test("a browser in another network than the app is told so", async () => {
		await using it = await asked();
		const elsewhere = it.world.browser("198.51.100.20");
		const signIn = await elsewhere.get(`/login?next=${encodeURIComponent(it.path)}`);
		await elsewhere.submit(signIn, { username: "alice", password });
		assert.match((await elsewhere.get(it.path)).text, new RegExp(`asked from ${home}`));
	});
});

test("names that apps give themselves reach the page without what reorders or hides text", async () => {
	await using it = await asked();
	const { text } = await it.browser.get(it.path);
	assert.match(text, /“<bdi>Example App<\/bdi>”.*app\.example/);
	assert.doesNotMatch(text, /\u202e/);
});

describe("the truth about the keys", () => {
	test("keys replaced without the rest: not finished, at once", async () => {
		await using it = await asked();
		const { browser, app, world } = it;
		const instead = { self_signing_key: undefined, user_signing_key: undefined };
		const challenge = await app.upload("third", instead);
		const { pathname } = new URL(challenge.body.params["m.oauth"].url);
		await decide(browser, pathname, approve);
		assert.equal((await app.upload("third", instead)).status, 200);
		const page = await browser.get(pathname);
		assert.equal(page.title, "Replaced, but not finished on this device");
		world.advance(20 * minute);
		assert.doesNotMatch((await browser.get(pathname)).text, /http-equiv="refresh"/);
	});

	test("no signature within a minute: not finished; once it comes: finished", async () => {
		await using it = await asked();
		const { browser, app, path, world } = it;
		await decide(browser, path, approve);
		await app.upload("second");
		world.advance(60_000 + 1);
		assert.equal((await browser.get(path)).title, "Replaced, but not finished on this device");
		await app.finish("second");
		assert.equal((await browser.get(path)).title, "Your digital identity is replaced");
	});

	test("an identity replaced again since is not called the one in force", async () => {
		await using it = await asked();
		const { browser, app, path } = it;
		await decide(browser, path, approve);
		await app.upload("second");
		const before = await masterKey(app);
		const challenge = await app.upload("third");
		const { pathname } = new URL(challenge.body.params["m.oauth"].url);
		await decide(browser, pathname, approve);
		await app.upload("third");
		assert.notDeepEqual(await masterKey(app), before);
		assert.equal((await browser.get(path)).title, "Replaced, and replaced again since");
	});

	test("an app that has stopped asking is not said to be waiting", async () => {
		await using it = await asked();
		assert.match((await it.browser.get(it.path)).text, /The app is waiting for your answer/);
		it.world.advance(31_000);
		assert.match((await it.browser.get(it.path)).text, /No app is waiting right now/);
	});
});

test("every state of the page keeps scripts, frames, caches and referrers out, and the opener in", async () => {
	await using it = await asked();
	const pages = [await it.browser.get(it.path), await decide(it.browser, it.path, approve)];
	for (const { headers } of pages) {
		const policy = headers.get("content-security-policy") ?? "";
		assert.match(policy, /default-src 'none'/);
		assert.match(policy, /frame-ancestors 'none'/);
		assert.doesNotMatch(policy, /unsafe-inline/);
		assert.equal(headers.get("x-frame-options"), "DENY");
		assert.equal(headers.get("cache-control"), "no-store");
		assert.equal(headers.get("referrer-policy"), "no-referrer");
		assert.equal(headers.get("cross-origin-opener-policy"), "unsafe-none");
	}
	assert.match(pages[1]?.text ?? "", /<script nonce="[^"]+">[^<]*onAuthDone/);
});
