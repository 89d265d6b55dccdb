/** Pages in frames, script in whatever a page repeats, and names that pretend. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AttackWorld, decide, openAttackWorld } from "../support/attack-world.ts";
import type { FormBrowser, Page } from "../support/form-browser.ts";
import { addressOf, noticePathOf, objectionPath } from "../support/forms-under-attack.ts";
import { lossLink, seedLoss } from "../support/lost-factors-rows.ts";
import { beginFlow, registerClient } from "../support/oauth-flow.ts";
import { passwordLink } from "../support/password-link.ts";
import { makeToken } from "../support/personal-token.ts";
import { startServerWithRoutes } from "../support/routes.ts";
import { password } from "../support/server.ts";
import { withoutDevice } from "../support/without-device.ts";

const script = `"'><script>alert(1)</script><img src=x onerror=alert(2)>`;
/** What hides, reorders or breaks lines: as themselves, never in a page. */
const tricks = /(?![\n\t])[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u;
const bidi = "Eve\u202egnp.exe\u2066\u200b\u2069\u200f\ufeff\u061c\u{e0041}\u0000\u001b[31m";
const lines = "Eve\r\nset-cookie: countersign-session=x\r\n\r\n<b>two</b>\u2028three\u0085four";

/** A page that must neither be framed nor run what it was not given by us. */
function assertGuarded(page: Pick<Page, "headers" | "text" | "status">, what: string): void {
	const policy = page.headers.get("content-security-policy") ?? "";
	assert.match(policy, /frame-ancestors 'none'/, what);
	assert.match(policy, /default-src 'none'/, what);
	assert.match(policy, /base-uri 'none'/, what);
	assert.match(policy, /form-action 'self'/, what);
	assert.doesNotMatch(policy, /unsafe|\*/, what);
	assert.equal(page.headers.get("x-frame-options"), "DENY", what);
	assert.equal(page.headers.get("x-content-type-options"), "nosniff", what);
	assert.equal(page.headers.get("referrer-policy"), "no-referrer", what);
	assert.equal(page.headers.get("cache-control"), "no-store", what);
	assert.equal(page.headers.get("access-control-allow-origin"), null, what);
	assertInert(page, what);
}

/** No markup but ours, and nothing that hides. */
function assertInert({ text, headers }: Pick<Page, "headers" | "text">, what: string): void {
	const nonce = /'nonce-([^']+)'/.exec(headers.get("content-security-policy") ?? "")?.[1] ?? "none";
	for (const [tag] of text.matchAll(/<script[^>]*>/g)) assert.equal(tag, `<script nonce="${nonce}">`, what);
	const tags = [...text.matchAll(/<[a-z][^>]*>/gi)].map(([tag]) => tag).join("\n");
	assert.doesNotMatch(tags, /<img|<iframe|<svg|<b>two|<object/i, what);
	assert.doesNotMatch(tags.replaceAll(/"[^"]*"/g, '""'), /\son[a-z]+\s*=/i, what);
	assert.doesNotMatch(text, /(href|action|src)="\s*(javascript|data:text|vbscript):/i, what);
	// A choice holds no markup that could keep what others wrote apart: these two marks of ours do, as a pair.
	assert.doesNotMatch(text.replaceAll(/\u2068([^\u2066-\u2069]*)\u2069/g, "$1"), tricks, what);
}

/** A fresh state to show: somebody waits, somebody is signed in. */
async function pagesOf(world: AttackWorld) {
	const { path } = await world.ask(world.phone, "second");
	const { url } = await world.alice.open((await beginFlow(world.server)).url);
	await world.server.signIn("alice");
	const browsers = await world.alice.open("/account/browsers");
	const bot = await world.server.loginDevice({ localpart: "alice", browser: world.alice });
	const { path: tokenPath } = await makeToken(world.alice);
	const email = await addressOf(world.server, "alice");
	const key = decodeURIComponent(email.split("/").at(-1) ?? "");
	await seedLoss(world, "alice", null);
	return new Map([
		[
			"/account/browsers/:browser",
			/\/account\/browsers\/(?!others)[\w-]+/.exec(browsers.text)?.[0] ?? ":none",
		],
		["/account/email/:key", email],
		[
			"/account/lost-factors/:token",
			await lossLink(world.server, { step: "begin", localpart: "alice", key }),
		],
		["/account/proofs/passkeys/:id", "/account/proofs/passkeys/unknown"],
		["/account/not-me/:token", await objectionPath(world.server, world.alice)],
		["/account/notices/:id", await noticePathOf(world.alice)],
		["/account/new-password/:secret", await passwordLink(world.server, "alice")],
		["/account/sessions/:sessionId", await withoutDevice(world.server, bot.deviceId)],
		["/account/tokens/:sessionId", tokenPath],
		["/account/tokens/:sessionId/replace", `${tokenPath}/replace`],
		["/link/:code", "/link/BCDF-GHJK"],
		["/interaction/:uid", url.pathname],
		["/account/reset/:reference", path],
		["/account/devices/:deviceId", `/account/devices/${world.phone.deviceId}`],
		["/account/devices/:deviceId/name", `/account/devices/${world.phone.deviceId}/name`],
	]);
}

describe("clickjacking", () => {
	test("no page may be framed, for whoever it is shown, its errors included", async () => {
		await using world = await openAttackWorld();
		const { server, routes } = await startServerWithRoutes();
		await server.close();
		const concrete = await pagesOf(world);
		const shown = routes
			.filter(
				({ method, path }) => method === "GET" && /^\/(login|register|interaction|account|link)/.test(path),
			)
			.map(({ path }) => concrete.get(path) ?? path);
		assert.ok(shown.length >= 12, `${shown.length} pages`);
		assert.deepEqual(
			shown.filter((path) => path.includes(":")),
			[],
			"every page has an address",
		);
		const more = [
			"/account/reset/unknown",
			"/account/devices/unknown",
			"/login?fresh=1",
			"/nowhere",
			"/account/%00",
		];
		for (const browser of [world.alice, world.server.browser()])
			for (const path of [...shown, ...more]) assertGuarded(await browser.open(path), path);
		for (const query of [
			"",
			"?client_id=x",
			"?client_id=x&redirect_uri=https://evil.example/&response_type=code",
		])
			assertGuarded(await world.alice.open(`/authorize${query}`), `/authorize${query}`);
		for (const method of ["POST", "DELETE"] as const) {
			const response = await world.alice.send("/account/security", { method });
			assertGuarded({ ...response, headers: response.headers, text: await response.text() }, method);
		}
	});

	test("no page may be framed in any state of an approval", async () => {
		await using world = await openAttackWorld();
		const { path } = await world.ask(world.phone, "second");
		const mallory = await world.server.register("mallory");
		assertGuarded(await mallory.open(path), "somebody else's");
		assertGuarded(await decide(world.alice, path, "approve"), "approved");
		await world.upload(world.phone, "second");
		assertGuarded(await world.alice.open(path), "spent");
		const other = await world.ask(world.phone, "third");
		assertGuarded(await decide(world.alice, other.path, "deny"), "denied");
		assertGuarded(await decide(world.alice, other.path, "sign-out-device"), "signed out");
	});
});

describe("script", () => {
	test("in any parameter that comes back is text", async () => {
		await using world = await openAttackWorld();
		const stranger = world.server.browser();
		const encoded = encodeURIComponent(script);
		const names = [
			"next",
			"username",
			"login_hint",
			"state",
			"action",
			"device_id",
			"fresh",
			"delete",
			"before",
			"session",
			"error",
			"error_description",
		];
		const query = names.map((name) => `${name}=${encoded}`).join("&");
		const paths = [
			...["/login", "/register", "/account/", "/account/reset", "/account/security", "/account/devices"],
			...[
				`/account/reset/${encoded}`,
				`/account/devices/${encoded}`,
				`/interaction/${encoded}`,
				`/${encoded}`,
			],
			"/_matrix/client/v3/auth/m.oauth/fallback/web",
		];
		for (const browser of [stranger, world.alice])
			for (const path of paths) assertInert(await browser.open(`${path}?${query}`), path);
		const typed = { username: script, password: script };
		assertInert(await stranger.press(await stranger.open("/login"), "Sign in", typed), "a failed sign-in");
		assertInert(
			await stranger.press(await stranger.open("/register"), "Create account", typed),
			"a failed registration",
		);
		const next = new URLSearchParams({ next: `/account/?x=${script}`, username: script });
		assertInert(await stranger.open(`/login?${next}`), "next");
	});

	test("in an authorization request is text on the error page and on the consent page", async () => {
		await using world = await openAttackWorld();
		for (const name of [
			"client_id",
			"redirect_uri",
			"response_type",
			"response_mode",
			"scope",
			"code_challenge_method",
			"prompt",
			"max_age",
			"claims",
			"ui_locales",
			"request",
			"nonce",
		]) {
			const { url } = await beginFlow(world.server, { [name]: script });
			const page = await world.alice.open(url);
			if (page.left === undefined) assertInert(page, name);
			else assert.equal(page.left.origin, "http://127.0.0.1", name);
		}
		const page = await world.alice.open(
			(await beginFlow(world.server, { state: script, login_hint: script, nonce: script })).url,
		);
		assert.equal(page.title, "Let this app sign in?");
		assertGuarded(page, "consent");
		const { left } = await world.alice.press(page, "Allow");
		assert.equal(left?.searchParams.get("state"), script, "it goes back to the app as it came");
	});

	test("no redirect target gets anything into the policy of the consent page", async () => {
		await using world = await openAttackWorld();
		const targets = [
			"https://app.example/cb;script-src *",
			"https://app.example/cb'%3B%20script-src%20*",
			"https://app.example;x/",
			"https://app.example/\r\nx-evil: 1",
			"example.app:/cb;script-src",
			"example.app.x;y:/cb",
			"http://127.0.0.1/;frame-ancestors *",
			"http://[::1]/cb",
		];
		let consented = 0;
		for (const target of targets) {
			const { status } = await registerClient(world.server, { redirect_uris: [target] });
			if (status !== 201) continue;
			const { url } = await beginFlow(world.server, { redirect_uri: target }, { redirect_uris: [target] });
			const page = await world.alice.open(url);
			assert.equal(page.title, "Let this app sign in?", target);
			const policy = page.headers.get("content-security-policy") ?? "";
			assert.equal(
				policy.split(";").filter((part) => part.trim().startsWith("script-src")).length,
				0,
				target,
			);
			assert.match(policy, /frame-ancestors 'none'/);
			assert.doesNotMatch(policy, /\*/);
			consented++;
		}
		assert.ok(consented >= 3, `${consented} of them may be registered at all`);
	});
});

describe("names that pretend", () => {
	const hostile = [
		script,
		bidi,
		lines,
		"x".repeat(200),
		`Z${"\u0334".repeat(60)}`,
		"Countersign\u00a0Support",
		"\ud83d\ude00\ufe0f",
	];

	/** Looks at every page; returns how many show a name that begins like the hostile ones. */
	async function everyPage(browser: FormBrowser, paths: readonly string[]): Promise<number> {
		let naming = 0;
		for (const path of paths) {
			const page = await browser.open(path);
			assert.ok(page.status < 500, path);
			assertGuarded(page, path);
			assert.equal(page.headers.get("set-cookie")?.includes("countersign-session=x") ?? false, false);
			assert.doesNotMatch(page.text, /\p{M}{3}/u, `${path}: marks that climb over other lines`);
			if (page.text.includes("Eve")) naming++;
		}
		return naming;
	}

	test("script and bidi tricks in a client's name and addresses are text, on every page that shows it", async () => {
		await using world = await openAttackWorld();
		let naming = 0;
		for (const name of hostile) {
			const client = { client_name: name, "client_name#de": name, "client_name#xx": script };
			const { url } = await beginFlow(world.server, {}, client);
			const consent = await world.alice.open(url);
			assert.equal(consent.title, "Let this app sign in?");
			assertGuarded(consent, name);
			const device = await world.server.loginDevice({
				localpart: "alice",
				browser: world.alice,
				clientName: name,
			});
			await world.upload(device, "another");
			const { path } = await world.ask(device, `third of ${name}`);
			const shown = [
				"/account/",
				"/account/devices",
				`/account/devices/${device.deviceId}`,
				path,
				"/account/reset",
				"/account/security",
			];
			naming += await everyPage(world.alice, shown);
		}
		assert.ok(naming >= 4, `${naming} pages show such a name`);
	});

	test("script and bidi tricks in device and display names are text, and break no header", async () => {
		await using world = await openAttackWorld();
		const { server, phone, alice } = world;
		let naming = 0;
		const { path } = await world.ask(phone, "second");
		const device = `/account/devices/${phone.deviceId}`;
		for (const name of hostile) {
			await server.call(phone, "PUT", `devices/${phone.deviceId}`, { display_name: name.slice(0, 100) });
			await server.call(phone, "PUT", `profile/${encodeURIComponent(phone.userId)}/displayname`, {
				displayname: name,
			});
			naming += await everyPage(alice, [
				"/account/",
				"/account/devices",
				device,
				`${device}?delete=1`,
				path,
				"/account/reset",
			]);
		}
		assert.ok(naming >= 4, `${naming} pages show such a name`);
	});

	test("script and bidi tricks in a device id and a browser's name are text", async () => {
		await using world = await openAttackWorld();
		const deviceId = "A'();,=$&@!*~-/../..";
		const browser = await world.server.signIn("alice");
		const device = await world.server.loginDevice({ localpart: "alice", browser, deviceId });
		assert.equal(device.deviceId, deviceId);
		const agent = { "user-agent": `<script>alert(1)</script>${"x".repeat(400)}` };
		const fresh = world.server.browser();
		const page = await fresh.open("/login", agent);
		const { fields } = page.forms[0] ?? assert.fail("no form");
		const body = new URLSearchParams({ ...fields, username: "alice", password });
		await fresh.send("/login", { method: "POST", headers: agent, body });
		const address = `/account/devices/${encodeURIComponent(deviceId)}`;
		assert.equal((await browser.open(address)).title, "Device");
		await everyPage(browser, [address, `${address}?delete=1`, "/account/devices", "/account/security"]);
		const led = await browser.open(
			`/account/?${new URLSearchParams({ action: "org.matrix.device_view", device_id: deviceId })}`,
		);
		assert.equal(led.title, "Device");
	});
});
