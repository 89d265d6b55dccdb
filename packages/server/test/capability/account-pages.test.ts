/** A person's own pages, asked over the whole server: devices, password, security log and closing the account. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Browser, openResetWorld, type Page, password } from "../support/reset-world.ts";

const phone = "PHONEALICE";
const laptop = "LAPTOP/../&+=:@";
const device = (id: string) => `/account/devices/${encodeURIComponent(id)}`;

/** Alice with two apps, signed in in one browser. */
async function withAlice() {
	const world = await openResetWorld();
	const alice = await world.register("alice");
	const app = await world.app("alice", { deviceId: phone, deviceName: "Alice's phone" });
	const other = await world.app("alice", { deviceId: laptop, deviceName: "Lap\u202etop <b>" });
	const waitOut = () => world.advance(5 * 60_000 + 1);
	return { world, alice, app, other, waitOut, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

async function signIn(browser: Browser, username: string, chosen = password): Promise<Page> {
	return browser.submit(await browser.get("/login"), { username, password: chosen });
}

const isSignedIn = async (browser: Browser) => (await browser.get("/account/")).status === 200;
const works = async (app: { call(method: string, path: string): Promise<{ status: number }> }) =>
	(await app.call("GET", "account/whoami")).status === 200;

describe("the front page", () => {
	test("shows first what waits to be decided, and who one is", async () => {
		await using it = await withAlice();
		const calm = await it.alice.get("/account/");
		assert.match(calm.text, /@alice:localhost/);
		assert.match(calm.text, /2 apps are signed in/);
		assert.doesNotMatch(calm.text, /asks to replace/);
		await it.app.upload("first");
		const challenge = await it.app.upload("second");
		const { pathname } = new URL(challenge.body.params["m.oauth"].url);
		const page = await it.alice.get("/account/");
		assert.match(page.text, /An app asks to replace your digital identity/);
		assert.ok(page.text.indexOf(pathname) < page.text.indexOf("User ID"));
		assert.ok((await it.alice.get(device(phone))).text.includes(pathname));
		assert.ok(!(await it.alice.get(device(laptop))).text.includes(pathname));
		await it.other.upload("third");
		assert.match((await it.alice.get("/account/")).text, /2 requests ask to replace/);
		it.world.advance(60 * 60_000);
		assert.doesNotMatch((await it.alice.get("/account/")).text, /asks? to replace/);
	});

	test("says since when the digital identity is as it is, and how many keys its backup has", async () => {
		await using it = await withAlice();
		const text = async () => (await it.alice.get("/account/")).text.replaceAll(/<[^>]*>/g, "");
		assert.match(await text(), /Not set up so far: your app does that\./);
		// Of what happens in the same moment nobody can say what was last.
		it.world.advance(1_000);
		await it.app.upload("first");
		assert.match(await text(), /Set up just now\. None of your devices is verified with it\./);
		assert.match(await text(), /Your message keys have no backup on the server/);
		const made = await it.app.call("POST", "room_keys/version", {
			...{ algorithm: "m.megolm_backup.v1.curve25519-aes-sha2", auth_data: { public_key: "key" } },
		});
		assert.equal(made.status, 200);
		const session = { first_message_index: 0, forwarded_count: 0, is_verified: true, session_data: {} };
		const keys = { rooms: { "!r:localhost": { sessions: { one: session, two: session } } } };
		assert.equal((await it.app.call("PUT", "room_keys/keys?version=1", keys)).status, 200);
		assert.match(await text(), /Backup of your message keys2 keys/);
		assert.match(await text(), /Your digital identity was set upjust now · by the app/);
	});

	test("and every other page asks strangers to sign in first, and loses nothing of the address", async () => {
		await using it = await withAlice();
		for (const path of [
			"/account/",
			"/account/devices",
			`${device(phone)}?delete=1`,
			"/account/sign-out-everywhere",
			"/account/security?after=5.x",
			"/account/password",
			"/account/deactivate",
		]) {
			const { status, location } = await it.world.browser().get(path);
			assert.equal(status, 303, path);
			assert.equal(location, `/login?${new URLSearchParams({ next: path })}`);
		}
	});
});

test("an address that leads nowhere shows who is signed in, and nobody to a stranger", async () => {
	await using it = await withAlice();
	const nowhere = await it.alice.get("/nothing/here");
	assert.deepEqual([nowhere.status, nowhere.title], [404, "There is no such page"]);
	assert.match(nowhere.text, /<header.*<a href="\/account\/">@alice:localhost<\/a><\/header>/);
	const stranger = await it.world.browser().get("/nothing/here");
	assert.equal(stranger.status, 404);
	assert.doesNotMatch(stranger.text, /<header.*<a /);
	assert.equal(
		stranger.headers.get("set-cookie"),
		null,
		"nothing is left behind in a browser that took a wrong turn",
	);
});

describe("devices", () => {
	test("are listed with what they claim and where they were last used", async () => {
		await using it = await withAlice();
		const { text } = await it.alice.get("/account/devices");
		assert.match(text, /Example App/);
		assert.match(text, /Alice&#39;s phone/);
		assert.match(text, /Laptop &lt;b&gt;/);
		assert.doesNotMatch(text, /\u202e|<b>Lap|<b>$/m);
		assert.match(text, /from 203\.0\.113\.5/);
		assert.ok(text.includes(`href="${device(laptop)}"`), "ids of any characters lead to their page");
		assert.match((await it.alice.get(device(laptop))).text, /<dt>Says it is from<\/dt><dd>app\.example/);
	});

	test("of somebody else, signed out ones and made-up ones are one answer, and nothing happens", async () => {
		await using it = await withAlice();
		const bob = await it.world.register("bob");
		const own = await it.alice.get(`${device(phone)}?delete=1`);
		const answers = [
			await bob.get(device(phone)),
			await bob.get(`${device(phone)}?delete=1`),
			await bob.submit(own, { password }),
			await bob.get(device("NOSUCHDEVICE")),
			await bob.get(device("%")),
		];
		assert.deepEqual(
			answers.map(({ status, title }) => [status, title]),
			answers.map(() => [404, "Device not found"]),
		);
		for (const { text } of answers) assert.match(text, /<a href="\/account\/">@bob:localhost<\/a>/);
		assert.equal(await works(it.app), true);
	});

	test("are signed out by a form that first says what happens; a link to it does not act", async () => {
		await using it = await withAlice();
		await it.app.upload("first");
		const challenge = await it.app.upload("second");
		const { pathname: request } = new URL(challenge.body.params["m.oauth"].url);
		const confirm = await it.alice.get(`${device(phone)}?delete=1`);
		assert.match(confirm.text, /deletes the device with its encryption keys/);
		assert.equal(await works(it.app), true);
		const done = await it.alice.submit(confirm, {});
		assert.deepEqual([done.status, done.location], [303, "/account/devices"]);
		assert.equal(await works(it.app), false);
		assert.equal(await works(it.other), true);
		assert.ok(!(await it.alice.get("/account/devices")).text.includes(phone));
		assert.match((await it.alice.get("/account/security")).text, /An app was signed out on this site/);
		assert.doesNotMatch((await it.alice.get(request)).text, /value="approve"/);
	});

	test("are signed out only with a recent password", async () => {
		await using it = await withAlice();
		it.waitOut();
		const confirm = await it.alice.get(`${device(phone)}?delete=1`);
		assert.match(confirm.text, /name="password"/);
		assert.equal((await it.alice.submit(confirm, {})).status, 400);
		const wrong = await it.alice.submit(confirm, { password: "not the password" });
		assert.equal(wrong.status, 403);
		assert.match(wrong.text, /role="alert"/);
		assert.equal(await works(it.app), true);
		assert.equal((await it.alice.submit(confirm, { password })).status, 303);
		assert.equal(await works(it.app), false);
		const next = await it.alice.get(`${device(laptop)}?delete=1`);
		assert.doesNotMatch(next.text, /name="password"/, "the proof is noted for the minutes to come");
	});

	test("that another session took over since are not signed out by the form shown before", async () => {
		await using it = await withAlice();
		const confirm = await it.alice.get(`${device(phone)}?delete=1`);
		const adopted = await it.world.app("alice", { deviceId: phone });
		assert.equal((await it.alice.submit(confirm, {})).status, 403);
		assert.equal(await works(adopted), true);
	});

	test("are no place to guess passwords: the sixth attempt in a minute has to wait", async () => {
		await using it = await withAlice();
		it.waitOut();
		const confirm = await it.alice.get(`${device(phone)}?delete=1`);
		for (let attempt = 0; attempt < 5; attempt++) {
			assert.equal((await it.alice.submit(confirm, { password: "not the password" })).status, 403);
		}
		const throttled = await it.alice.submit(confirm, { password });
		assert.equal(throttled.status, 429);
		assert.ok(Number(throttled.headers.get("retry-after")) > 0);
		assert.equal(await works(it.app), true);
	});

	test("are all signed out at once, with every browser but this one", async () => {
		await using it = await withAlice();
		const forgotten = it.world.browser("198.51.100.9");
		await signIn(forgotten, "alice");
		const confirm = await it.alice.get("/account/sign-out-everywhere");
		assert.match(confirm.text, /The 2 apps signed in/);
		assert.equal(await isSignedIn(forgotten), true);
		it.waitOut();
		assert.equal((await it.alice.submit(confirm, { password: "not the password" })).status, 403);
		assert.equal(await works(it.app), true);
		assert.equal((await it.alice.submit(confirm, { password })).location, "/account/devices");
		assert.deepEqual([await works(it.app), await works(it.other)], [false, false]);
		assert.deepEqual([await isSignedIn(forgotten), await isSignedIn(it.alice)], [false, true]);
		assert.match((await it.alice.get("/account/devices")).text, /No app is signed in/);
	});
});

describe("changing the password", () => {
	const fresh = "another long phrase";

	test("takes the old one, ends other browsers and leaves apps alone", async () => {
		await using it = await withAlice();
		const elsewhere = it.world.browser();
		await signIn(elsewhere, "alice");
		const form = await it.alice.get("/account/password");
		const done = await it.alice.submit(form, { current: password, password: fresh });
		assert.deepEqual([done.status, done.location], [303, "/account/security"]);
		const log = await it.alice.get("/account/security");
		assert.match(log.text, /The password was changed/);
		assert.deepEqual([await isSignedIn(elsewhere), await isSignedIn(it.alice)], [false, true]);
		assert.equal(await works(it.app), true);
		assert.equal((await signIn(it.world.browser(), "alice")).status, 403);
		assert.equal((await signIn(it.world.browser(), "alice", fresh)).status, 303);
		for (const { text } of [log, await it.alice.get("/account/proofs")])
			assert.match(text, /<a [^>]*href="\/account\/sign-out-everywhere">/, "apps can be ended from there");
		const everywhere = await it.alice.get("/account/sign-out-everywhere");
		assert.doesNotMatch(everywhere.text, /name="password"/, "what was entered for the change does");
		await it.alice.submit(everywhere, {});
		assert.deepEqual([await works(it.app), await works(it.other)], [false, false]);
	});

	test("is refused for a wrong old one and for new ones too short or too long, at the field that is wrong", async () => {
		await using it = await withAlice();
		const form = await it.alice.get("/account/password");
		const attempt = async (current: string, next: string) => {
			const { status, text } = await it.alice.submit(form, { current, password: next });
			return [status, /id="(\w+)-error"/.exec(text)?.[1]];
		};
		assert.deepEqual(await attempt("not the password", fresh), [403, "current"]);
		assert.deepEqual(await attempt("", fresh), [400, "current"], "nothing was entered, which costs no try");
		assert.deepEqual(await attempt(password, "123456789"), [400, "password"]);
		assert.deepEqual(await attempt(password, "x".repeat(1025)), [400, "password"]);
		assert.equal((await signIn(it.world.browser(), "alice")).status, 303, "the old one still counts");
	});
});

describe("closing the account", () => {
	test("says what happens, and takes name and password, however recent the last proof", async () => {
		await using it = await withAlice();
		const form = await it.alice.get("/account/deactivate");
		assert.match(form.text, /only the\s+people who run this server can open it again/);
		for (const fields of [
			{ username: "bob", password },
			{ username: "", password },
			{ username: "@alice:other.example", password },
			{ username: "alice", password: "" },
			{ username: "alice", password: "not the password" },
		]) {
			const refused = await it.alice.submit(form, { ...fields, erase: "yes" });
			assert.ok(refused.status === 400 || refused.status === 403, JSON.stringify(fields));
			assert.match(refused.text, /name="erase" value="yes" checked/, "the wish to erase is not lost");
		}
		assert.equal(await works(it.app), true);
		assert.equal(await isSignedIn(it.alice), true);
	});

	test("ends every app and browser, and nobody can sign in again", async () => {
		await using it = await withAlice();
		const elsewhere = it.world.browser();
		await signIn(elsewhere, "alice");
		const form = await it.alice.get("/account/deactivate");
		const done = await it.alice.submit(form, { username: "\u2068@Alice:LOCALHOST\u2069 ", password });
		assert.deepEqual([done.status, done.title], [200, "Your account is closed"]);
		assert.match(done.headers.get("set-cookie") ?? "", /Max-Age=0/);
		assert.deepEqual([await works(it.app), await works(it.other)], [false, false]);
		assert.deepEqual([await isSignedIn(elsewhere), await isSignedIn(it.alice)], [false, false]);
		assert.equal((await signIn(it.world.browser(), "alice")).status, 403);
	});
});

test("the security log tells of the account's life in words, newest first, page by page, and only of one's own", async () => {
	await using it = await withAlice();
	it.world.advance(1_000);
	await signIn(it.world.browser(), "alice", "not the password");
	const bob = await it.world.register("bob");
	it.world.advance(1_000);
	await it.app.upload("first");
	const newest = await it.alice.get("/account/security");
	const at = (words: RegExp) => newest.text.search(words);
	assert.ok(at(/Your digital identity was set up/) > 0);
	assert.ok(at(/Your digital identity was set up/) < at(/The account was created/));
	assert.ok(at(/Somebody tried to sign in with a wrong password/) > 0);
	assert.doesNotMatch((await bob.get("/account/security")).text, /An app signed in/);
	for (let count = 0; count < 40; count++) {
		it.world.advance(1_000);
		await signIn(it.world.browser(), "alice");
	}
	const first = await it.alice.get("/account/security");
	const older = /href="(\/account\/security\?after=\d+\.[\w-]+)"/.exec(first.text)?.[1] ?? "no older page";
	assert.doesNotMatch(first.text, /The account was created/);
	assert.match((await it.alice.get(older)).text, /The account was created/);
	assert.match((await it.alice.get("/account/security?after=1.x")).text, /There is nothing older/);
	const odd = await it.alice.get("/account/security?after=%27or%201");
	assert.equal(odd.text.includes("The account was created"), false, "what is no time is not looked at");
});

test("a device with a name as long as any leads to the page that signs it out", async () => {
	await using world = await openResetWorld();
	const browser = await world.register("alice");
	const app = await world.app("alice", { deviceId: `LONG${"x".repeat(246)}` });
	assert.equal((await app.upload("first")).status, 200);
	const { body } = await app.upload("second");
	world.advance(16 * 60_000);
	const over = await browser.get(new URL(body.params["m.oauth"].url).pathname);
	assert.equal(over.title, "This request has run out");
	const link = /href="(\/account\/devices\/[^"]*)"/.exec(over.text)?.[1] ?? "";
	const page = await browser.get(link);
	assert.deepEqual([page.status, page.title], [200, "Sign out this device?"]);
});
