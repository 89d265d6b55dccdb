/** Who signed out at another service: what goes here with it, and who cannot say so. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, test } from "node:test";
import { decodeJwt, type JWTPayload } from "jose";
import type { UpstreamConfig } from "../../src/config/index.ts";
import { beginFlow, codeOf, exchange } from "../support/oauth-flow.ts";
import { makeToken } from "../support/personal-token.ts";
import { loginDevice, password, startServer } from "../support/server.ts";
import { signInThere, startUpstreamProvider } from "../support/upstream-provider.ts";
import { label, openUpstream } from "../support/upstream-world.ts";

const event = "http://schemas.openid.net/event/backchannel-logout";

type OnLogout = UpstreamConfig["onLogout"];

async function opened(onLogout: OnLogout = "logout_all") {
	let at = Date.now();
	const world = await openUpstream({ onLogout }, { clock: () => at });
	const said = () => decodeJwt(world.provider.idTokens.at(-1) ?? "");
	return {
		...world,
		advance: (ms: number) => {
			at += ms;
		},
		/** Of the last sign-in. */
		sid: () => String(said().sid),
		said,
		/** What comes of a word on a sign-out. */
		tell: (token: string, provider = "company") => tellAt(world.server.url, token, provider),
		/** Whether an app's token counts. */
		counts: async (accessToken: string) => {
			const headers = { authorization: `Bearer ${accessToken}` };
			const whoami = new URL("_matrix/client/v3/account/whoami", world.server.url);
			return (await fetch(whoami, { headers })).status === 200;
		},
		async app(browser: ReturnType<typeof world.server.browser>, deviceId: string) {
			return loginDevice(world.server.url, { localpart: "alice", browser, deviceId });
		},
	};
}

async function tellAt(url: string, token: string, provider = "company") {
	const response = await fetch(new URL(`upstream/backchannel-logout/${provider}`, url), {
		...{ method: "POST", body: new URLSearchParams({ logout_token: token }) },
	});
	return response.status;
}

describe("a sign-out at another service", () => {
	for (const [onLogout, browserStays, appStays] of [
		["do_nothing", true, true],
		["logout_browser_only", false, true],
		["logout_all", false, false],
	] as const)
		test(`with ${onLogout} the browser ${browserStays ? "stays" : "goes"}, and what it let in ${appStays ? "stays" : "goes"}`, async () => {
			await using world = await opened(onLogout);
			const browser = world.server.browser();
			await world.register(browser);
			const sid = world.sid();
			const app = await world.app(browser, "PHONEALICE");
			const token = await world.provider.logoutToken({ sid, sub: "s-1" });
			assert.equal(await world.tell(token), 200);
			assert.equal(await world.isSignedIn(browser), browserStays);
			assert.equal(await world.counts(app.accessToken), appStays);
			const lines = (await world.rows("security_events")).filter(({ actor }) => actor === "server");
			assert.deepEqual(lines.map(({ kind, actor_detail }) => [kind, actor_detail]).toSorted(), [
				...(browserStays ? [] : [["browser-signed-out", "upstream"]]),
				...(appStays ? [] : [["device-signed-out", "upstream"]]),
			]);
		});

	test("of the real service, at its own page, is told and ends what began there", async () => {
		await using world = await opened();
		const browser = world.server.browser();
		const there = world.provider.browser();
		await browser.press(
			await browser.open((await signInThere(world.provider, await world.begin(browser), there)).href),
			"Create account",
		);
		assert.equal(await world.isSignedIn(browser), true);
		const page = await there.open("/session/end");

		const ended = await there.send(page.forms[0]?.action ?? "", {
			...{ method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" } },
			body: new URLSearchParams({ ...page.forms[0]?.fields, logout: "yes" }).toString(),
		});
		assert.equal(ended.status, 303);
		assert.equal(await world.isSignedIn(browser), false);
	});

	test("ends the token for a program that was made in that browser, and none that was made in another", async () => {
		await using world = await opened();
		const [browser, other] = [world.server.browser(), world.server.browser()];
		await world.register(browser);
		const sid = world.sid();
		await world.server.register("zoe");
		await world.server.change(`UPDATE accounts SET password_hash =
			(SELECT password_hash FROM accounts WHERE localpart = 'zoe')`);
		const one = await makeToken(browser);
		await other.press(await other.open("/login"), "Sign in", { username: "alice", password });
		const another = await makeToken(other);
		assert.equal(await world.tell(await world.provider.logoutToken({ sid })), 200);
		assert.equal(await world.counts(one.token), false);
		assert.equal(await world.counts(another.token), true);
	});

	test("of one session leaves the person's other one, and what was signed in by nothing there", async () => {
		await using world = await opened();
		const [one, two] = [world.server.browser(), world.server.browser()];
		await world.register(one);
		const sid = world.sid();
		const first = await world.app(one, "FIRSTALICE");
		await world.come(two);
		assert.notEqual(world.sid(), sid);
		const second = await world.app(two, "OTHERALICE");
		const bob = await world.server.register("bob");
		assert.equal(await world.tell(await world.provider.logoutToken({ sid })), 200);
		assert.deepEqual(await Promise.all([one, two, bob].map((browser) => world.isSignedIn(browser))), [
			false,
			true,
			true,
		]);
		assert.equal(await world.counts(first.accessToken), false);
		assert.equal(await world.counts(second.accessToken), true);
		// Of all of the person's at once.
		assert.equal(await world.tell(await world.provider.logoutToken({ sub: "s-1" })), 200);
		assert.equal(await world.isSignedIn(two), false);
		assert.equal(await world.counts(second.accessToken), false);
		assert.equal(await world.isSignedIn(bob), true);
	});

	test("ends what is on the way: a name that is chosen, a code of an app", async () => {
		await using world = await opened();
		const choosing = world.server.browser();
		const page = await choosing.open((await signInThere(world.provider, await world.begin(choosing))).href);
		assert.equal(page.title, "Choose a name");
		assert.equal(await world.tell(await world.provider.logoutToken({ sid: world.sid() })), 200);
		const made = await choosing.press(page, "Create account");
		assert.notEqual(made.status, 200);
		assert.equal((await world.rows("accounts")).length, 0);

		const browser = world.server.browser();
		await world.register(browser);
		const flow = await beginFlow(world.server);
		const code = await codeOf(browser, flow);
		assert.equal(await world.tell(await world.provider.logoutToken({ sid: world.sid() })), 200);
		const answer = await exchange(world, flow, code);
		assert.equal(answer.status, 400, JSON.stringify(answer.body));
		assert.equal((await world.rows("sessions")).length, 0);
	});

	test("is known to who comes with an answer from before it", async () => {
		await using world = await opened();
		await world.register(world.server.browser());
		const browser = world.server.browser();
		const now = Math.floor(Date.now() / 1000);
		const back = await signInThere(world.provider, await world.begin(browser));
		world.provider.tricks.claims = (claims) => ({ ...claims, sid: "before" });
		assert.equal(await world.tell(await world.provider.logoutToken({ sid: "before" })), 200);
		assert.equal((await browser.open(back.href)).title, "You were not signed in");
		// Of all of a person's sessions: those of before, and none that they begin after it.
		assert.equal(await world.tell(await world.provider.logoutToken({ sub: "s-1", iat: now - 60 })), 200);
		world.provider.tricks.claims = (claims) => ({ ...claims, sid: "other", auth_time: now - 61 });
		assert.equal((await world.come(browser)).title, "You were not signed in");
		assert.equal(await world.isSignedIn(browser), false);
		world.provider.tricks.claims = (claims) => ({ ...claims, sid: "other" });
		await world.come(browser);
		assert.equal(await world.isSignedIn(browser), true);
	});

	test("follows who showed there once more who they are, by another session there", async () => {
		await using world = await opened();
		const browser = world.server.browser();
		await world.register(browser);
		world.provider.tricks.claims = (claims) => ({ ...claims, sid: "later" });
		const asks = await browser.open("/login?fresh=1&next=/account/devices");
		const back = await signInThere(world.provider, await browser.press(asks, "Confirm at Company"));
		assert.equal((await browser.open(back.href)).url.pathname, "/account/devices");
		assert.equal(await world.tell(await world.provider.logoutToken({ sid: "later" })), 200);
		assert.equal(await world.isSignedIn(browser), false);
	});
});

describe("a word on a sign-out", () => {
	const now = Math.floor(Date.now() / 1000);
	for (const [what, change, status] of [
		["of another issuer", { iss: "https://evil.example" }, 400],
		["for another client", { aud: "somebody-else" }, 400],
		["without an audience", { aud: undefined }, 400],
		["that is over", { exp: 1 }, 400],
		["from long ago, whenever it is over", { iat: now - 600, exp: now + 600 }, 400],
		["from the future", { iat: now + 600, exp: now + 900 }, 400],
		["of no moment", { iat: undefined }, 400],
		["without an id", { jti: undefined }, 400],
		["that names no event", { events: undefined }, 400],
		["that names another event", { events: { "http://schemas.openid.net/event/other": {} } }, 400],
		["whose event is no object", { events: { [event]: "" } }, 400],
		["with a nonce, as ID tokens have", { nonce: "n" }, 400],
		["of nobody and no session", { sub: undefined, sid: undefined }, 400],
		["whose session is no text", { sid: { $ne: "" } }, 400],
		["whose person is no text", { sub: 7 }, 400],
		["of another person, with a known session", { sub: "s-2" }, 200],
		["of a known person, with another session", { sid: "another" }, 200],
	] as const)
		test(`${what} ends nothing`, async () => {
			await using world = await opened();
			const browser = world.server.browser();
			await world.register(browser);
			const claims = { sid: world.sid(), sub: "s-1", ...change } as JWTPayload;
			assert.equal(await world.tell(await world.provider.logoutToken(claims)), status);
			assert.equal(await world.isSignedIn(browser), true);
		});

	test("that the service has not signed ends nothing, and neither does an ID token", async () => {
		await using world = await opened();
		const browser = world.server.browser();
		await world.register(browser);
		const good = { sid: world.sid(), sub: "s-1" };
		const part = (json: unknown) => Buffer.from(JSON.stringify(json)).toString("base64url");
		const [, claims = ""] = (await world.provider.logoutToken(good)).split(".");
		const bySecret = `${part({ alg: "HS256", typ: "logout+jwt" })}.${claims}`;
		const mac = createHmac("sha256", String(world.provider.config().clientSecret));
		world.provider.tricks.foreignKey = true;
		const forged = await world.provider.logoutToken(good);
		world.provider.tricks.foreignKey = false;
		const [header, , signature] = (await world.provider.logoutToken(good)).split(".");
		for (const token of [
			forged,
			`${part({ alg: "none", typ: "logout+jwt" })}.${claims}.`,
			`${bySecret}.${mac.update(bySecret).digest("base64url")}`,
			`${header}.${part({ ...world.said(), ...good })}.${signature}`,
			world.provider.idTokens.at(-1) ?? "",
			await world.provider.logoutToken(good, { typ: "at+jwt" }),
			...["", "x", "a.b.c"],
		])
			assert.equal(await world.tell(token), 400);
		assert.equal(await world.isSignedIn(browser), true);
		assert.deepEqual(await world.rows("upstream_ends"), []);
	});

	test("counts once: who repeats it signs nobody out again", async () => {
		await using world = await opened();
		const browser = world.server.browser();
		await world.register(browser);
		const token = await world.provider.logoutToken({ sub: "s-1" });
		const answers = await Promise.all(Array.from({ length: 10 }, () => world.tell(token)));
		assert.deepEqual(answers.toSorted(), [200, ...Array.from({ length: 9 }, () => 400)]);
		world.provider.tricks.claims = (claims) => ({ ...claims, auth_time: Number(claims.auth_time) + 5 });
		await world.come(browser);
		assert.equal(await world.isSignedIn(browser), true);
		assert.equal(await world.tell(token), 400);
		assert.equal(await world.isSignedIn(browser), true);
	});

	test("of one service signs nobody out who came by another, and unknown ones are told so", async () => {
		const [one, two] = [await startUpstreamProvider("company"), await startUpstreamProvider("other")];
		const server = await startServer({
			upstream: [
				one.config({ onLogout: "logout_all" }),
				two.config({ name: "Other", onLogout: "logout_all" }),
			],
		});
		for (const provider of [one, two]) provider.serve(server.url);
		one.person = "s-1";
		const browser = server.browser();
		const page = await browser.open(
			(await signInThere(one, await browser.press(await browser.open("/login"), label))).href,
		);
		await browser.press(page, "Create account", { username: "alice" });
		const token = await two.logoutToken({ sub: "s-1", sid: String(decodeJwt(one.idTokens[0] ?? "").sid) });
		assert.equal(await tellAt(server.url, token), 400);
		assert.equal(await tellAt(server.url, token, "other"), 200);
		assert.equal(
			await tellAt(server.url, await two.logoutToken({ sub: "s-1", iss: one.issuer }), "other"),
			400,
		);
		assert.equal(await tellAt(server.url, token, "nobody"), 404);
		assert.equal((await browser.open("/account/")).url.pathname, "/account/");
		assert.equal((await fetch(new URL("upstream/backchannel-logout/company", server.url))).status, 405);
		await server.close();
		await one[Symbol.asyncDispose]();
		await two[Symbol.asyncDispose]();
	});

	test("that does nothing here keeps nothing of who signed in", async () => {
		await using world = await opened("do_nothing");
		await world.register(world.server.browser());
		assert.deepEqual(await world.rows("upstream_stays"), []);
	});
});
