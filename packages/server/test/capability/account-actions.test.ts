/** Links of apps into the account pages: actions, what waits for a person, and the fallback page of the stage. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type App, openResetWorld, password } from "../support/reset-world.ts";

const reset = "/account/?action=org.matrix.cross_signing_reset";

async function opened() {
	const world = await openResetWorld();
	const browser = await world.register("alice");
	const app = await world.app("alice", { deviceId: "PHONEALICE", deviceName: "Ph\u202eone" });
	await app.upload("first");
	return { world, browser, app, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

async function ask(app: App, identity: string): Promise<{ readonly path: string; readonly session: string }> {
	const { body } = await app.upload(identity);
	return { path: new URL(body.params["m.oauth"].url).pathname, session: body.session };
}

describe("account actions (MSC4191)", () => {
	const targets: readonly (readonly [query: string, target: string])[] = [
		["action=org.matrix.profile", "/account/profile"],
		["action=profile", "/account/profile"],
		["action=org.matrix.devices_list", "/account/devices"],
		["action=org.matrix.sessions_list", "/account/devices"],
		["action=sessions_list", "/account/devices"],
		["action=org.matrix.device_view&device_id=PHONEALICE", "/account/devices/PHONEALICE"],
		["action=org.matrix.session_view&device_id=PHONEALICE", "/account/devices/PHONEALICE"],
		["action=session_view&device_id=a%2Fb%3Fc", "/account/devices/a%2Fb%3Fc"],
		["action=org.matrix.device_view", "/account/devices"],
		["action=org.matrix.device_delete&device_id=PHONEALICE", "/account/devices/PHONEALICE?delete=1"],
		["action=org.matrix.session_end&device_id=PHONEALICE", "/account/devices/PHONEALICE?delete=1"],
		["action=session_end&device_id=", "/account/devices"],
		["action=org.matrix.account_deactivate", "/account/deactivate"],
		["action=org.matrix.cross_signing_reset&device_id=PHONEALICE", "/account/reset"],
	];

	test("each leads to its page, under every name that apps send, and the page is there", async () => {
		await using it = await opened();
		for (const [query, target] of targets) {
			const answer = await it.browser.get(`/account/?${query}`);
			assert.equal(answer.status, 303, query);
			assert.equal(answer.location, target, query);
			const { status } = await it.browser.get(target);
			assert.equal(status, target.includes("%2F") ? 404 : 200, target);
		}
		assert.equal((await it.app.call("GET", "account/whoami")).status, 200, "a link acts on nothing");
	});

	test("an app that leaves out the last slash is led on, with its whole query", async () => {
		await using it = await opened();
		for (const query of ["", ...targets.map(([each]) => `?${each}`), "?next=//evil.example/&x=%0d%0a"]) {
			const answer = await it.browser.get(`/account${query}`);
			assert.deepEqual([answer.status, answer.location], [303, `/account/${query}`]);
		}
	});

	test("with a hint at somebody else whoever is signed in is told, and chooses (MSC4198)", async () => {
		await using it = await opened();
		for (const [hint, name] of [
			["mxid:@anna:localhost", "login_hint"],
			["@anna:localhost", "org.matrix.msc4198.login_hint"],
		] as const) {
			const query = new URLSearchParams({ action: "org.matrix.devices_list", [name]: hint });
			const page = await it.browser.get(`/account/?${query}`);
			assert.deepEqual([page.status, page.title], [200, "You are signed in with another account"]);
			assert.match(page.text, /@anna:localhost/);
			assert.match(page.text, /@alice:localhost/);
			assert.doesNotMatch(page.text, /PHONEALICE/);
			assert.ok(page.text.includes('href="/account/?action=org.matrix.devices_list"'), "one may go on");
			const back = "/account/?action=org.matrix.devices_list&amp;login_hint=%40anna%3Alocalhost";
			assert.ok(page.text.includes(`name="next" value="${back}"`), "and comes back as somebody else");
		}
		assert.equal((await it.browser.get("/account/?login_hint=mxid:@anna:localhost")).status, 200);
	});

	test("with a hint at whoever is signed in, or that names nobody, nothing is asked", async () => {
		await using it = await opened();
		for (const hint of ["mxid:@alice:localhost", "Alice", "alice@mail.example", "", "x".repeat(301)]) {
			const query = new URLSearchParams({ action: "org.matrix.devices_list", login_hint: hint });
			const { status, location } = await it.browser.get(`/account/?${query}`);
			assert.deepEqual([status, location], [303, "/account/devices"], hint);
		}
	});

	test("with a hint lead whoever is not signed in to signing in under that name, and back", async () => {
		await using it = await opened();
		const path = "/account/?action=org.matrix.devices_list&login_hint=mxid:@anna:localhost";
		const { status, location } = await it.world.browser().get(path);
		const query = new URL(location ?? "", "http://localhost").searchParams;
		const back = "/account/?action=org.matrix.devices_list&login_hint=%40anna%3Alocalhost";
		assert.deepEqual([status, query.get("next"), query.get("username")], [303, back, "@anna:localhost"]);
		const form = await it.world.browser().get(location ?? "");
		assert.match(form.text, /name="username"[^>]*value="anna"/);
	});

	test("they survive signing in", async () => {
		await using it = await opened();
		for (const [query, target] of targets) {
			const stranger = it.world.browser();
			const { location } = await stranger.get(`/account/?${query}`);
			const signIn = await stranger.get(location ?? "");
			const back = await stranger.submit(signIn, { username: "alice", password });
			assert.match(back.location ?? "", /^\/account\/\?action=org\.matrix\./, query);
			assert.equal((await stranger.get(back.location ?? "")).location, target);
		}
	});

	test("an unknown action and none at all lead to the front page", async () => {
		await using it = await opened();
		for (const query of ["", "?action=org.example.unknown", "?action=constructor"]) {
			assert.equal((await it.browser.get(`/account/${query}`)).status, 200);
		}
	});

	test("a reset leads to the one request that waits; with several the person chooses", async () => {
		await using it = await opened();
		const first = await ask(it.app, "second");
		assert.equal((await it.browser.get(reset)).location, first.path);
		await ask(it.app, "third");
		assert.equal((await it.browser.get(reset)).location, "/account/reset");
		it.world.advance(15 * 60_000);
		assert.equal((await it.browser.get(reset)).location, "/account/reset", "what has run out does not wait");
	});
});

describe("what waits", () => {
	test("nothing: how to begin, no way to approve in advance, and the page looks again", async () => {
		await using it = await opened();
		const page = await it.browser.get("/account/reset");
		assert.match(page.text, /Nothing is waiting for you right now/);
		assert.doesNotMatch(page.text, /<form/);
		assert.match(page.text, /<noscript><meta http-equiv="refresh"/);
	});

	test("each request of this person, and of nobody else", async () => {
		await using it = await opened();
		await it.world.register("bob");
		const other = await it.world.app("bob", { deviceId: "BOBSDEVICE" });
		await other.upload("bob's first");
		await ask(other, "bob's second");
		const { path } = await ask(it.app, "second");
		const { text } = await it.browser.get("/account/reset");
		const device = "“<bdi>Phone</bdi>”";
		assert.ok(text.includes(`<a href="${path}">${device}</a>`), "the device's name without what reorders it");
		assert.doesNotMatch(text, /BOBSDEVICE/);
	});

	test("what is over stays in sight for an hour", async () => {
		await using it = await opened();
		const { path } = await ask(it.app, "second");
		await it.browser.submit(await it.browser.get(path), { decision: "deny" });
		assert.match((await it.browser.get("/account/reset")).text, /Refused/);
		it.world.advance(60 * 60_000 + 1);
		assert.doesNotMatch((await it.browser.get("/account/reset")).text, /Refused/);
	});
});

describe("the fallback page of the stage", () => {
	const page = (session: string, version = "v3", stage = "m.oauth") =>
		`/_matrix/client/${version}/auth/${stage}/fallback/web?session=${encodeURIComponent(session)}`;

	test("leads to the request of the session, under every version and both names", async () => {
		await using it = await opened();
		const { path, session } = await ask(it.app, "second");
		for (const version of ["r0", "v3", "unstable"]) {
			for (const stage of ["m.oauth", "org.matrix.cross_signing_reset"]) {
				const answer = await it.browser.get(page(session, version, stage));
				assert.equal(answer.status, 302);
				assert.equal(answer.location, path);
				assert.equal(answer.headers.get("referrer-policy"), "no-referrer");
			}
		}
	});

	test("a session of somebody else shows what an unknown request shows", async () => {
		await using it = await opened();
		const { session } = await ask(it.app, "second");
		const mallory = await it.world.register("mallory");
		const { location } = await mallory.get(page(session));
		assert.equal((await mallory.get(location ?? "")).status, 404);
	});

	test("an unknown session leads to what waits for whoever looks", async () => {
		await using it = await opened();
		assert.equal((await it.browser.get(page("unknown"))).location, "/account/reset");
	});

	test("without a session 400, for another stage or version 404, as the Matrix API says it", async () => {
		await using it = await opened();
		const cases = [
			["/_matrix/client/v3/auth/m.oauth/fallback/web", 400, "M_MISSING_PARAM"],
			[page(""), 400, "M_MISSING_PARAM"],
			[page("s", "v3", "m.login.password"), 404, "M_UNRECOGNIZED"],
			[page("s", "v1"), 404, "M_UNRECOGNIZED"],
		] as const;
		for (const [path, status, errcode] of cases) {
			const answer = await it.browser.get(path);
			assert.equal(answer.status, status, path);
			assert.equal(JSON.parse(answer.text).errcode, errcode);
			assert.equal(answer.headers.get("access-control-allow-origin"), "*");
		}
	});
});
