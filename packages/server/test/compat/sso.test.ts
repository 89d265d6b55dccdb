import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type CompatWorld, openCompatWorld, refusalOf } from "../support/compat-world.ts";
import type { FormBrowser, Page } from "../support/form-browser.ts";
import { fillSignIn, password } from "../support/server.ts";
import { until } from "../support/until.ts";

const app = "https://app.example/#/login";

describe("an app that sends the browser to sign in", () => {
	let world: CompatWorld;
	before(async () => {
		world = await openCompatWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	const start = (redirectUrl: string, more: Readonly<Record<string, string>> = {}, path = "") =>
		`/_matrix/client/v3/login/sso/redirect${path}?${new URLSearchParams({ redirectUrl, ...more })}`;
	const asAlice = () => world.server.signIn("alice");
	/** Opens the page that asks, as Alice. */
	const asked = async (
		redirectUrl = app,
	): Promise<{ readonly browser: FormBrowser; readonly page: Page }> => {
		const browser = await asAlice();
		return { browser, page: await browser.open(start(redirectUrl)) };
	};
	const tokenFor = async (redirectUrl = app): Promise<string> => {
		const { browser, page } = await asked(redirectUrl);
		const { left } = await browser.press(page, "Continue");
		return left?.searchParams.get("loginToken") ?? "";
	};
	const logInWith = (token: string, members: object = {}) =>
		world.ask("POST", "login", { body: { type: "m.login.token", token, ...members } });

	test("gets a login token for who signs in and agrees, and with it a session", async () => {
		const browser = world.server.browser();
		const signIn = await browser.open(start(app));
		assert.equal(signIn.url.pathname, "/login");
		const page = await fillSignIn(browser, signIn, "alice");
		assert.equal(page.title, "Continue to app.example?");
		assert.match(page.text, /https:\/\/app\.example</);
		assert.match(page.text, /@alice:localhost/);
		const { left, status } = await browser.press(page, "Continue");
		assert.equal(status, 303);
		assert.match(left?.href ?? "", /^https:\/\/app\.example\/\?loginToken=[\w-]{43}#\/login$/);
		const answer = await logInWith(left?.searchParams.get("loginToken") ?? "", {
			device_id: "BROWSERAPP",
			refresh_token: true,
		});
		assert.equal(answer.status, 200);
		assert.deepEqual(
			[answer.body.user_id, answer.body.device_id, answer.body.expires_in_ms],
			["@alice:localhost", "BROWSERAPP", 300_000],
		);
		assert.equal((await world.introspect(answer.body.access_token)).username, "alice");
	});

	test("is sent to the pages of this server with 302, whichever way to sign in it names", async () => {
		for (const path of ["", "/", "/some-provider"]) {
			const { status, headers } = await world.ask("GET", start(app, {}, path));
			assert.equal(status, 302, path);
			const location = headers.get("location") ?? "";
			assert.ok(location.startsWith(`${world.server.url}account/sso/`), location);
			assert.equal(headers.get("access-control-allow-origin"), "*");
		}
	});

	test("leads to registering where it asks for that, in either naming, and the account goes on from there", async () => {
		const browser = world.server.browser();
		const register = await browser.open(start(app, { action: "register" }));
		assert.equal(register.url.pathname, "/register");
		const page = await browser.press(register, "Create account", { username: "newcomer", password });
		assert.equal(page.title, "Continue to app.example?");
		assert.match(page.text, /@newcomer:localhost/);
		const pathFor = async (more: Readonly<Record<string, string>>) =>
			(await world.server.browser().open(start(app, more))).url.pathname;
		assert.equal(await pathFor({ "org.matrix.msc3824.action": "register" }), "/register");
		assert.equal(await pathFor({ action: "login", "org.matrix.msc3824.action": "register" }), "/login");
		assert.equal(await pathFor({ action: "something-else" }), "/login");
	});

	test("is told nothing when the person says no", async () => {
		const { browser, page } = await asked();
		const after = await browser.press(page, "Cancel");
		assert.deepEqual([after.status, after.title, after.left], [200, "Cancelled", undefined]);
		for (const label of ["Continue", "Cancel"]) {
			const again = await browser.press(page, label);
			assert.deepEqual([again.status, again.title, again.left], [200, "Cancelled", undefined]);
		}
		world.advance(60_000);
		assert.equal((await browser.open(page.url.href)).status, 404);
		const late = await browser.press(page, "Continue");
		assert.deepEqual([late.status, late.left], [404, undefined]);
	});

	test("is told the same token again for as long as it is good, whatever is pressed, and none after that", async () => {
		const { browser, page } = await asked();
		const first = await browser.press(page, "Continue");
		for (const label of ["Continue", "Cancel"])
			assert.equal((await browser.press(page, label)).left?.href, first.left?.href);
		assert.equal((await browser.open(page.url.href)).title, "Allowed");
		world.advance(30_000);
		assert.equal((await browser.open(page.url.href)).status, 404);
		assert.deepEqual([(await browser.press(page, "Continue")).status], [404]);
	});

	test("has come for its token: the page says so, for a minute, and leads nowhere any more", async () => {
		const { browser, page } = await asked();
		const { left } = await browser.press(page, "Continue");
		assert.equal((await logInWith(left?.searchParams.get("loginToken") ?? "")).status, 200);
		world.advance(59_999);
		const again = await browser.press(page, "Continue");
		assert.deepEqual([again.status, again.title, again.left], [200, "Allowed", undefined]);
		assert.doesNotMatch(again.text, /loginToken/);
		world.advance(1);
		assert.equal((await browser.open(page.url.href)).status, 404);
	});

	test("is told to no other browser, not even of the same person", async () => {
		const { browser, page } = await asked();
		await browser.press(page, "Continue");
		for (const other of [await asAlice(), await world.server.signIn("bob")]) {
			const seen = await other.open(page.url.href);
			assert.equal(seen.status, 404);
			assert.doesNotMatch(seen.text, /loginToken/);
		}
	});

	test("is opened by the page that follows, where it opens beside the browser", async () => {
		const { browser, page } = await asked("element://vector/webapp/?a=b");
		const after = await browser.press(page, "Continue");
		assert.deepEqual([after.status, after.title, after.left], [200, "Allowed", undefined]);
		const way = /content="0;url=(element:\/\/vector\/webapp\/\?a=b&amp;loginToken=[\w-]{43})"/.exec(
			after.text,
		)?.[1];
		assert.ok(way !== undefined && after.text.includes(`href="${way}"`));
		const token = /loginToken=([\w-]+)/.exec(way)?.[1] ?? "";
		assert.equal((await logInWith(token)).status, 200);
	});

	test("is returned to in its own kind of address, named for what it is", async () => {
		for (const [redirectUrl, shown, left] of [
			["element://vector/webapp/", />element:</, /^\/account\/sso\//],
			["http://localhost:7/sso", />localhost:7</, /^http:\/\/localhost:7\/sso\?loginToken=/],
			["http://10.0.0.1/", /not encrypted/, /^http:\/\/10\.0\.0\.1\/\?loginToken=/],
		] as const) {
			const { browser, page } = await asked(redirectUrl);
			assert.match(page.text, shown);
			const sent = await browser.send(page.url.pathname, {
				method: "POST",
				body: new URLSearchParams({ ...page.forms[0]?.fields, decision: "approve" }),
			});
			assert.match(sent.headers.get("location") ?? "", left);
		}
	});

	test("has a page whose policy lets its form lead there and to nowhere else", async () => {
		const policy = async (redirectUrl: string) =>
			/form-action ([^;]*)/.exec(
				(await asked(redirectUrl)).page.headers.get("content-security-policy") ?? "",
			)?.[1];
		assert.equal(await policy(app), "'self' https://app.example");
		assert.equal(await policy("element://vector/"), "'self' element:");
	});

	test("has thirty minutes", async () => {
		const { browser, page } = await asked();
		world.advance(30 * 60_000 - 1_000);
		assert.equal((await browser.open(page.url.href)).status, 200);
		world.advance(1_001);
		assert.equal((await browser.open(page.url.href)).status, 404);
		const late = await browser.press(page, "Continue");
		assert.deepEqual([late.status, late.left], [404, undefined]);
	});

	test("can use its token again when the homeserver was away", async () => {
		const token = await tokenFor();
		world.homeserver.isDown = true;
		assert.deepEqual(refusalOf(await logInWith(token)), [503, "M_UNKNOWN"]);
		world.homeserver.isDown = false;
		assert.equal((await logInWith(token)).status, 200);
	});

	test("without a good address to return to is shown why, and nobody is asked for anything", async () => {
		const none = "/_matrix/client/v3/login/sso/redirect";
		const twice = `${start(app)}&redirectUrl=https://evil.example/`;
		for (const path of [none, twice, start(""), start("/account/"), start("javascript:alert(1)")]) {
			const { status, headers, body } = await world.ask("GET", path);
			assert.equal(status, 400, path);
			assert.match(headers.get("content-type") ?? "", /^text\/html/);
			assert.match(body, /This sign-in request cannot go on/);
			assert.equal(headers.get("location"), null);
		}
	});

	describe("and who attacks it", () => {
		test("cannot use a login token twice", async () => {
			const token = await tokenFor();
			const first = await logInWith(token);
			assert.equal(first.status, 200);
			assert.deepEqual(refusalOf(await logInWith(token)), [403, "M_FORBIDDEN"]);
			assert.equal((await world.introspect(first.body.access_token)).active, true);
		});

		test("wins at most once in a race of fifty", async () => {
			const token = await tokenFor();
			const answers = await Promise.all(
				Array.from({ length: 50 }, (_, at) => logInWith(token, { device_id: `RACER${at}` })),
			);
			assert.equal(answers.filter(({ status }) => status === 200).length, 1);
			assert.equal(answers.filter(({ status }) => status === 403).length, 49);
			const racers = () => [...world.homeserver.devices.keys()].filter((device) => device.includes("RACER"));
			await until(() => racers().length <= 1);
			const winner = answers.find(({ status }) => status === 200);
			assert.deepEqual(racers(), [`alice/${winner?.body.device_id}`], "no device is left of the others");
		});

		test("cannot use a login token half a minute after it was given", async () => {
			const token = await tokenFor();
			world.advance(30_000);
			assert.deepEqual(refusalOf(await logInWith(token)), [403, "M_FORBIDDEN"]);
			const inTime = await tokenFor();
			world.advance(29_000);
			assert.equal((await logInWith(inTime)).status, 200);
		});

		test("cannot make a login token of something that looks like one", async () => {
			for (const token of ["", "x", "a".repeat(43), "a".repeat(60_000)])
				assert.deepEqual(refusalOf(await logInWith(token)), [403, "M_FORBIDDEN"]);
			const [row] = await world.server.rows("sso_requests");
			assert.deepEqual(refusalOf(await logInWith(String(row?.id))), [403, "M_FORBIDDEN"]);
			const given = (await world.server.rows("sso_requests")).find((one) => one.login_token_hash !== null);
			assert.deepEqual(refusalOf(await logInWith(String(given?.login_token_hash))), [403, "M_FORBIDDEN"]);
		});

		test("finds no login token in the database", async () => {
			const token = await tokenFor();
			for (const table of ["sso_requests", "security_events", "sessions"])
				assert.ok(!JSON.stringify(await world.server.rows(table)).includes(token));
		});

		test("cannot use a login token once the person has signed out everywhere", async () => {
			const other = await world.logIn("alice");
			const token = await tokenFor();
			assert.equal((await world.ask("POST", "logout/all", { token: other.body.access_token })).status, 200);
			assert.deepEqual(refusalOf(await logInWith(token)), [403, "M_FORBIDDEN"]);
		});

		test("has no use for one of somebody who was locked since, and the app is told that it may wait", async () => {
			await world.server.register("dora");
			const browser = await world.server.signIn("dora");
			const { left } = await browser.press(await browser.open(start(app)), "Continue");
			await world.server.change("UPDATE accounts SET locked_at = 1 WHERE localpart = 'dora'");
			const answer = await logInWith(left?.searchParams.get("loginToken") ?? "");
			assert.deepEqual([...refusalOf(answer), answer.body.soft_logout], [401, "M_USER_LOCKED", true]);
		});

		test("cannot agree in the person's place: a form of another site, request or browser does nothing", async () => {
			const { browser, page } = await asked();
			const fields = page.forms.find(({ action }) => action === page.url.pathname)?.fields ?? {};
			const send = (
				path: string,
				body: object,
				headers: Readonly<Record<string, string>> = {},
				by = browser,
			) =>
				by.send(path, {
					method: "POST",
					headers,
					body: new URLSearchParams({ ...body, decision: "approve" }),
				});
			const bob = await world.server.signIn("bob");
			const second = await browser.open(start(app));
			const refused = await Promise.all([
				send(page.url.pathname, {}),
				send(page.url.pathname, fields, { origin: "https://evil.example", "sec-fetch-site": "cross-site" }),
				send(second.url.pathname, fields),
				send(page.url.pathname, fields, {}, bob),
			]);
			assert.deepEqual(
				refused.map(({ status }) => status),
				[403, 403, 403, 403],
			);
			const nobody = await send(page.url.pathname, fields, {}, world.server.browser());
			assert.deepEqual([nobody.status, nobody.headers.get("location")?.split("?")[0]], [303, "/login"]);
			assert.equal((await send(page.url.pathname, fields)).status, 303, "the request still waits");
		});

		test("cannot have a token by a link alone: opening the page, however often, agrees to nothing", async () => {
			const { browser, page } = await asked();
			for (let times = 0; times < 3; times++) await browser.open(page.url.href);
			const { headers } = await browser.send(`${page.url.pathname}?decision=approve`);
			assert.equal(headers.get("location"), null);
			const waiting = (await world.server.rows("sso_requests")).filter(({ state }) => state === "pending");
			assert.ok(waiting.some(({ id }) => page.url.pathname.endsWith(String(id))));
		});

		test("approved twice at once, gets one token", async () => {
			const { browser, page } = await asked();
			const fields = page.forms.find(({ action }) => action === page.url.pathname)?.fields ?? {};
			const body = () => new URLSearchParams({ ...fields, decision: "approve" });
			const answers = await Promise.all(
				Array.from({ length: 20 }, () => browser.send(page.url.pathname, { method: "POST", body: body() })),
			);
			const told = answers.map(({ status, headers }) => `${status} ${headers.get("location")}`);
			assert.equal(new Set(told).size, 1);
			assert.match(told[0] ?? "", /^303 https:\/\/app\.example\/\?loginToken=/);
		});

		test("has a browser that was left open, and no password: it gets nothing, and may refuse", async () => {
			const browser = await asAlice();
			const early = await browser.open(start(app));
			world.advance(5 * 60_000 + 1);
			const asking = await browser.open(start(app));
			assert.deepEqual(
				[/name="password"/.test(early.text), /name="password"/.test(asking.text)],
				[false, true],
			);
			for (const page of [early, asking]) {
				for (const [typed, status] of [
					[{}, 400],
					[{ password: "not this one" }, 403],
				] as const) {
					const refused = await browser.press(page, "Continue", typed);
					assert.deepEqual([refused.status, refused.left], [status, undefined]);
					assert.match(refused.text, /name="password"/);
				}
			}
			assert.equal((await browser.press(early, "Cancel")).title, "Cancelled");
			const { left } = await browser.press(asking, "Continue", { password });
			assert.match(left?.href ?? "", /loginToken=/);
		});

		test("is told nothing new by a browser whose proof is too old by now for the answer it gave", async () => {
			const browser = await asAlice();
			world.advance(5 * 60_000);
			const page = await browser.open(start(app));
			const { left } = await browser.press(page, "Continue");
			assert.match(left?.href ?? "", /loginToken=/);
			world.advance(1);
			assert.equal((await browser.press(page, "Continue")).left?.href, left?.href);
		});

		test("cannot hide behind a name, a direction or a script in the address", async () => {
			const { page } = await asked("https://xn--pypal-4ve.example/?x=%E2%80%AE<script>alert(1)</script>");
			assert.match(page.text, />https:\/\/xn--pypal-4ve\.example</);
			assert.doesNotMatch(page.text, /alert\(1\)/);
		});
	});
});

test("requests to sign in from one address are limited", async () => {
	await using world = await openCompatWorld();
	const path = "/_matrix/client/v3/login/sso/redirect?redirectUrl=https://app.example/";
	const statuses = new Map<number, number>();
	for (let times = 0; times < 121; times++) {
		const { status } = await world.ask("GET", path);
		statuses.set(status, (statuses.get(status) ?? 0) + 1);
	}
	assert.deepEqual(
		[...statuses],
		[
			[302, 120],
			[429, 1],
		],
	);
});
