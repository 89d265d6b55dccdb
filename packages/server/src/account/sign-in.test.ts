import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formOf, openPagesWorld } from "../../test/support/pages-world.ts";
import { password } from "../../test/support/people-world.ts";

const session = "countersign-session";
const deep = "/account/reset/abc?from=fallback";

async function withAlice() {
	const world = await openPagesWorld();
	const accountId = await world.add("alice");
	return { world, accountId, browser: world.browser() };
}

/** The same name as keyboards, phones and the clipboard write it. */
function asTyped(name: string): readonly string[] {
	const capital = name.replace(/^./, (letter) => letter.toUpperCase());
	const ids = [`@${name}:localhost`, `@${name}:LOCALHOST`, `${name}:localhost`, `mxid:@${name}:localhost`];
	const marked = ["\u200b", "\u200e", "\u2068"].flatMap((mark) => [
		`${mark}${name}`,
		`@${name}:localhost${mark}`,
	]);
	return [name, ` ${name} `, capital, `@${name}`, `@${capital}:localhost`, ...ids, ...marked];
}

describe("signing in", () => {
	test("leads to where one wanted to go, the whole query kept", async () => {
		const { world, browser } = await withAlice();
		await using _ = world;
		const page = await browser.fill(`/login?${new URLSearchParams({ next: deep })}`, {
			username: "alice",
			password,
		});
		assert.equal(page.status, 303);
		assert.equal(page.location, deep);
		const again = await browser.get(`/login?${new URLSearchParams({ next: deep })}`);
		assert.equal(again.location, deep, "who is signed in already goes on at once");
	});

	test("says what for, where an approval is asked for, and that it approves nothing", async () => {
		const { world, browser } = await withAlice();
		await using _ = world;
		const to = async (next: string) => (await browser.get(`/login?${new URLSearchParams({ next })}`)).text;
		assert.match(
			await to(deep),
			/see who asks to replace your digital identity. Signing in approves nothing/,
		);
		assert.match(
			await to("/account/reset?x=1"),
			/go on to your digital identity. Signing in approves nothing/,
		);
		for (const next of ["/account/", "/account/devices?x=/account/reset/abc", "/account/resets"])
			assert.doesNotMatch(await to(next), /approves nothing/);
	});

	test("cannot be used to lead to another server, by link or by form", async () => {
		const { world, browser } = await withAlice();
		await using _ = world;
		const hostile = "https://evil.example/account/";
		const page = await browser.get(`/login?next=${encodeURIComponent(hostile)}`);
		assert.doesNotMatch(page.text, /evil/);
		const sent = await browser.fill("/login", { username: "alice", password, next: "//evil.example" });
		assert.equal(sent.location, "/account/");
	});

	test("takes the name as people write it", async () => {
		const { world } = await withAlice();
		await using _ = world;
		for (const username of asTyped("alice")) {
			const page = await world.browser().fill("/login", { username, password });
			assert.equal(page.status, 303, JSON.stringify(username));
		}
	});

	test("counts no user id of another server as a wrong password, and says where one is", async () => {
		const { world, browser } = await withAlice();
		await using _ = world;
		for (const username of Array.from({ length: 6 }, () => ["@alice:other.example", "alice:other.example"])) {
			for (const each of username) {
				const elsewhere = await browser.fill("/login", { username: each, password });
				assert.equal(elsewhere.status, 403);
				assert.match(
					elsewhere.text,
					/id="username-error" role="alert">This is localhost; that account is on another server/,
				);
			}
		}
		assert.deepEqual(world.compared, []);
		assert.equal((await browser.signIn("alice")).status, 303);
	});

	test("fills in the name that an app suggests, as text", async () => {
		const { world, browser } = await withAlice();
		await using _ = world;
		const page = await browser.get("/login?username=mxid:@alice:localhost");
		assert.match(page.text, /name="username" type="text" value="alice"/);
		const hostile = await browser.get(`/login?username=${encodeURIComponent(`"><script id="x">`)}`);
		assert.doesNotMatch(hostile.text, /<script id/);
	});

	test("answers an unknown name and a wrong password alike", async () => {
		const { world } = await withAlice();
		await using _ = world;
		await world.add("carol");
		const answers = [];
		for (const username of ["carol", "nobody"]) {
			const before = world.compared.length;
			const page = await world.browser().fill("/login", { username, password: "wrong password" });
			assert.equal(world.compared.length, before + 1);
			answers.push({
				status: page.status,
				text: page.text
					.replaceAll(username, "NAME")
					.replaceAll(/(nonce|value)="[\w-]{20,}"/g, "")
					.replaceAll(/nonce="[^"]*"/g, ""),
			});
		}
		assert.deepEqual(answers[0], answers[1]);
		assert.equal(answers[0]?.status, 403);
	});

	test("makes a new session each time; one planted before is worth nothing", async () => {
		const { world, browser } = await withAlice();
		await using _ = world;
		browser.cookies.set(session, "planted");
		await browser.signIn("alice");
		const mine = browser.cookies.get(session);
		assert.ok(mine !== undefined && mine !== "planted");
		assert.equal(await world.browserSessions.find("planted"), undefined);
	});

	test("says how long to wait after too many wrong passwords", async () => {
		const { world, browser } = await withAlice();
		await using _ = world;
		const attempt = () => browser.fill("/login", { username: "alice", password: "wrong password" });
		for (let index = 0; index < 5; index++) assert.equal((await attempt()).status, 403);
		const refused = await attempt();
		assert.equal(refused.status, 429);
		assert.ok(Number(refused.headers.get("retry-after")) > 0);
		assert.match(refused.text, /Wait \d+ seconds?|Wait 1 minute/);
		const right = await browser.fill("/login", { username: "alice", password });
		assert.equal(right.status, 429, "the right password has to wait as well");
	});

	test("tells a locked person so, and signs nobody in", async () => {
		const { world, browser, accountId } = await withAlice();
		await using _ = world;
		world.lock(accountId);
		const page = await browser.signIn("alice");
		assert.equal(page.status, 403);
		assert.match(page.text, /locked/);
		assert.equal(browser.cookies.has(session), false);
	});
});

describe("confirming that it is still you", () => {
	const confirm = `/login?${new URLSearchParams({ fresh: "1", next: deep })}`;

	test("renews the proof in the same browser session", async () => {
		const { world, browser } = await withAlice();
		await using _ = world;
		await browser.signIn("alice");
		const cookie = browser.cookies.get(session);
		world.advance(10 * 60_000);
		const page = await browser.fill(confirm, { password }, "/login");
		assert.equal(page.location, deep);
		assert.equal(browser.cookies.get(session), cookie);
		const found = (await world.browserSessions.find(cookie)) ?? assert.fail();
		const carried = world.proofs.cookie.open(browser.cookies.get("countersign-proof"), found.proof);
		assert.equal(carried.at, world.clock());
		assert.equal(
			found.proof.at,
			world.clock() - 10 * 60_000,
			"who copied the cookie before has no part in it",
		);
	});

	test("takes nobody else's password, whatever name is sent along", async () => {
		const { world, browser } = await withAlice();
		await using _ = world;
		await world.add("bob", "the password of bob");
		await browser.signIn("alice");
		world.advance(10 * 60_000);
		const sent = { username: "@bob:localhost", password: "the password of bob" };
		const page = await browser.fill(confirm, sent, "/login");
		assert.equal(page.status, 403);
		const found = await world.browserSessions.find(browser.cookies.get(session));
		assert.equal(found?.account.localpart, "alice");
		assert.notEqual(found?.proof.at, world.clock());
	});

	test("offers another account, and comes back to where it was going", async () => {
		const { world, browser } = await withAlice();
		await using _ = world;
		await browser.signIn("alice");
		const page = await browser.fill(confirm, {}, "/logout");
		assert.equal(page.location, `/login?${new URLSearchParams({ next: deep })}`);
		assert.equal(browser.cookies.has(session), false);
	});
});

describe("registering", () => {
	test("signs in and goes on", async () => {
		await using world = await openPagesWorld();
		const browser = world.browser();
		const page = await browser.fill(`/register?${new URLSearchParams({ next: "/interaction/xyz" })}`, {
			...{ username: "alice", password },
		});
		assert.equal(page.location, "/interaction/xyz");
		assert.ok(await world.browserSessions.find(browser.cookies.get(session)));
	});

	test("takes the name as people write it", async () => {
		for (const username of asTyped("anna")) {
			await using world = await openPagesWorld();
			const page = await world.browser().fill("/register", { username, password });
			assert.equal(page.status, 303, JSON.stringify(username));
			assert.equal((await world.people.byName("anna"))?.localpart, "anna");
		}
	});

	test("explains each refusal at its field and keeps what was typed, but never a password", async () => {
		await using world = await openPagesWorld();
		await world.add("taken");
		const refused = async (username: string, typed: string) => {
			const page = await world.browser().fill("/register", { username, password: typed });
			assert.equal(page.status, 400);
			assert.match(page.text, new RegExp(`value="${username}"`));
			assert.doesNotMatch(page.text, /hidden words/);
			return page.text;
		};
		assert.match(
			await refused("taken", "hidden words 1"),
			/id="username-error" role="alert">This name is taken/,
		);
		assert.match(
			await refused("Taken", "hidden words 1"),
			/id="username-error" role="alert">This name is taken/,
		);
		assert.match(
			await refused("a name", "hidden words 1"),
			/id="username-error" role="alert">A user name may have only/,
		);
		assert.match(
			await refused("_a", "hidden words 1"),
			/id="username-error" role="alert">[^<]*begin with an underscore/,
		);
		assert.match(
			await refused("123", "hidden words 1"),
			/id="username-error" role="alert">[^<]*may not be all digits/,
		);
		assert.match(
			await refused("a".repeat(250), "hidden words 1"),
			/id="username-error" role="alert">[^<]*is too long/,
		);
		assert.match(
			await refused("@bob:other.example", "hidden words 1"),
			/id="username-error" role="alert">This is localhost; that/,
		);
		assert.match(
			await refused("alice", "short"),
			/id="password-error" role="alert">The password is too short/,
		);
		assert.match(
			await refused("alice", "hidden words".repeat(99)),
			/id="password-error" role="alert">The password is too long/,
		);
	});

	test("is not offered where it is closed, and a form sent anyway is refused", async () => {
		await using world = await openPagesWorld({ openRegistration: false });
		const browser = world.browser();
		assert.equal((await browser.get("/register")).status, 403);
		const page = await browser.get("/login");
		assert.doesNotMatch(page.text, /register/);
		const [visitor] = [...browser.cookies.values()];
		assert.ok(visitor);
		const open = await openPagesWorld();
		await using _ = open;
		const other = open.browser();
		other.cookies.set("countersign-visitor", visitor);
		const { hidden } = formOf((await other.get("/register")).text);
		const sent = await browser.post("/register", { ...hidden, username: "alice", password });
		assert.equal(sent.status, 403);
		assert.match(sent.text, /No new accounts/);
		assert.equal(await world.people.byName("alice"), undefined);
	});
});

describe("every form of signing in and out", () => {
	const forms = [
		{ path: "/login", fields: { username: "alice", password }, signedIn: false },
		{ path: "/register", fields: { username: "carol", password }, signedIn: false },
		{ path: "/login", fields: { password }, signedIn: true },
		{ path: "/logout", fields: {}, signedIn: true },
	] as const;

	for (const { path, fields, signedIn } of forms) {
		test(`${path}${signedIn ? " of somebody signed in" : ""} does nothing without its own token`, async () => {
			const { world, browser } = await withAlice();
			await using _ = world;
			if (signedIn) await browser.signIn("alice");
			world.advance(1000);
			const other = world.browser();
			const foreign = formOf((await other.get("/login")).text).hidden.csrf ?? "";
			await browser.get("/login");
			for (const csrf of ["", "x", foreign]) {
				const page = await browser.post(path, { ...fields, csrf });
				assert.equal(page.status, 403);
				assert.match(page.text, /This form has expired/);
				assert.deepEqual(page.headers.getSetCookie(), []);
			}
			assert.equal(await world.people.byName("carol"), undefined);
			const found = await world.browserSessions.find(browser.cookies.get(session));
			assert.equal(found !== undefined, signedIn);
			assert.notEqual(found?.proof.at, world.clock());
		});
	}

	test("another site cannot send one, even with its token", async () => {
		const { world, browser } = await withAlice();
		await using _ = world;
		const { action, hidden } = formOf((await browser.get("/login")).text);
		const fields = { ...hidden, username: "alice", password };
		for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }]) {
			assert.equal((await browser.post(action, fields, headers)).status, 403);
		}
		assert.equal((await browser.post(action, fields, { "sec-fetch-site": "same-origin" })).status, 303);
	});

	test("a body that is no form, or far too large, is refused", async () => {
		const { world, browser } = await withAlice();
		await using _ = world;
		assert.equal((await browser.post("/login", {}, { "content-type": "application/json" })).status, 415);
		assert.equal((await browser.post("/login", { username: "x".repeat(70_000) })).status, 413);
	});

	test("signing out ends the session itself, not only the cookie", async () => {
		const { world, browser } = await withAlice();
		await using _ = world;
		await browser.signIn("alice");
		const kept = browser.cookies.get(session);
		await browser.fill("/login?fresh=1", {}, "/logout");
		assert.ok(kept);
		assert.equal(await world.browserSessions.find(kept), undefined);
	});
});
