/** Links to our sign-in that lead to somebody else, and browsers prepared by somebody else. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openAttackWorld, postForm } from "../support/attack-world.ts";
import type { FormBrowser } from "../support/form-browser.ts";
import { beginFlow, codeOf, exchange } from "../support/oauth-flow.ts";
import { rawRequest } from "../support/raw-http.ts";
import { password, startServer } from "../support/server.ts";

const evil = "evil.example";
const elsewhere = [
	`https://${evil}/account/`,
	`//${evil}/account/`,
	`///${evil}/account/`,
	`/\\${evil}/account/`,
	`\\\\${evil}/account/`,
	`/\t/${evil}/account/`,
	`/\n/${evil}/account/`,
	`\t//${evil}`,
	` //${evil}`,
	`http:${evil}`,
	`https:/${evil}`,
	`//${evil}\\@localhost/account/`,
	`/account/..//${evil}`,
	`/account/../..//${evil}/account/`,
	`/account/%2e%2e/%2f${evil}`,
	`/account//${evil}`,
	`/account/%5c%5c${evil}`,
	`/%09/${evil}/account/`,
	`/.${evil}/account/`,
	`@${evil}/account/`,
	`/account@${evil}`,
	`javascript:alert(1)//account/`,
	"data:text/html,<script>alert(1)</script>",
	`//localhost@${evil}/account/`,
	`／／${evil}/account/`,
	`/account/\r\nlocation: https://${evil}/`,
	`/account/%0d%0alocation:%20https://${evil}/`,
	`/account/\u2028//${evil}`,
	"/oauth2/token",
	"/logout",
	"/authorize?client_id=x",
	"/_matrix/client/v3/account/whoami",
];

/** It stays on this server, on a page of the account, whoever reads the address. */
function assertHere(location: string | null, base: string, what: string): void {
	assert.match(location ?? "", /^\/(?:account|interaction)\/[\x21-\x7e]*$/, what);
	assert.doesNotMatch(location ?? "", /\\|^\/\//, what);
	const url = new URL(location ?? "", base);
	assert.equal(url.origin, new URL(base).origin, what);
	// The way a proxy or an old browser may read it: decoded once or twice more.
	for (let text = url.pathname, times = 0; times < 2; times++) {
		text = decodeURIComponent(text.replaceAll(/%(?![0-9a-f]{2})/gi, "%25"));
		assert.doesNotMatch(text, /\/\/|\\|\.\.|[\r\n\t]/, `${what}: ${text}`);
	}
}

describe("open redirect", () => {
	test("by next, in every encoding, whether signed in already or not", async () => {
		await using world = await openAttackWorld();
		const { url } = world.server;
		for (const next of elsewhere) {
			for (const sent of new Set([
				new URLSearchParams({ next }).toString(),
				`next=${next}`,
				`next=/account/&next=${encodeURIComponent(next)}`,
			])) {
				const address = URL.parse(`/login?${sent}`, url);
				if (address === null || address.pathname !== "/login") continue;
				const { headers, status } = await world.alice.send(address.href);
				assert.equal(status, 303);
				assertHere(headers.get("location"), url, `signed in: ${sent}`);
				const { headers: registering } = await world.alice.send(address.href.replace("/login", "/register"));
				assertHere(registering.get("location"), url, `register: ${sent}`);
			}
			const page = await world.server.browser().open(`/login?${new URLSearchParams({ next })}`);
			const { fields } = page.forms.find(({ action }) => action === "/login") ?? assert.fail("no form");
			assertHere(fields.next ?? null, url, `the form keeps ${next}`);
			for (const [, href = ""] of page.text.matchAll(/href="([^"]+)"/g))
				assert.doesNotMatch(href, /evil/, href);
		}
	});

	test("by the hidden field of the forms that sign in, confirm, register and sign out", async () => {
		await using world = await openAttackWorld();
		const { server } = world;
		const browser = server.browser();
		for (const next of elsewhere.slice(0, 16)) {
			const signIn = await browser.press(await browser.open("/login"), "Sign in", {
				username: "alice",
				password,
				next,
			});
			assert.equal(signIn.left, undefined);
			assert.equal(signIn.url.pathname, "/account/", next);
			const again = await browser.press(await browser.open("/login?fresh=1"), "Continue", { password, next });
			assert.equal(again.left, undefined);
			assert.equal(again.url.pathname, "/account/", next);
			const out = await browser.press(await browser.open("/account/"), /^Sign out of this browser/, { next });
			assert.equal(out.left, undefined);
			assert.equal(out.url.pathname, "/login");
			assert.equal(out.url.searchParams.get("next"), "/account/", next);
		}
		const newcomer = server.browser();
		const registered = await newcomer.press(await newcomer.open("/register"), "Create account", {
			...{ username: "carol", password, next: `//${evil}/` },
		});
		assert.deepEqual([registered.left, registered.url.pathname], [undefined, "/account/"]);
	});

	test("by an authorization request of an app that anybody registered: it is refused on a page, with a link", async () => {
		await using server = await startServer();
		const alice = await server.register("alice");
		const redirect = "https://app.example/callback";
		const client = { application_type: "web", redirect_uris: [redirect] };
		for (const browser of [alice, server.browser()]) {
			for (const changes of [
				{ prompt: "none" },
				{ scope: "openid" },
				{ response_mode: "web_message" },
				{ response_type: "token" },
				{ code_challenge: undefined },
			]) {
				const flow = await beginFlow(server, { redirect_uri: redirect, ...changes }, client);
				const answer = await browser.send(flow.url);
				assert.deepEqual(
					[answer.status, answer.headers.get("location")],
					[400, null],
					JSON.stringify(changes),
				);
				assert.match(await answer.text(), /href="https:\/\/app\.example\/callback[?#]error=/);
			}
		}
	});

	test("by one of an app that somebody else allowed, or that was signed out since; who has allowed it is sent on", async () => {
		await using world = await openAttackWorld();
		const { server, alice } = world;
		const flow = await beginFlow(server, {}, { client_name: "An app like no other" });
		const refused = [{ prompt: "none" }, { scope: "openid" }, { response_mode: "web_message" }];
		const askedBy = async (browser: FormBrowser, changes: object) =>
			browser.send((await beginFlow(server, { client_id: flow.clientId, ...changes })).url);
		const assertStays = async (browser: FormBrowser, who: string) => {
			for (const changes of refused) {
				const { status, headers } = await askedBy(browser, changes);
				assert.deepEqual([status, headers.get("location")], [400, null], who);
			}
		};
		await assertStays(alice, "before she allowed it");
		const { body } = await exchange(world, flow, await codeOf(alice, flow));
		for (const changes of refused) {
			const { status, headers } = await askedBy(alice, changes);
			const location = new URL(headers.get("location") ?? "about:blank");
			assert.equal(status, 303, JSON.stringify(changes));
			assert.deepEqual([location.host, location.pathname], ["127.0.0.1", "/callback"]);
			assert.equal(location.searchParams.get("state"), "state-of-the-app");
			assert.equal(location.searchParams.get("iss"), server.url);
			assert.equal(location.searchParams.get("code"), null);
			if (changes.prompt === "none") assert.equal(location.searchParams.get("error"), "consent_required");
		}
		await assertStays(server.browser(), "a stranger");
		await assertStays(await server.register("mallory"), "somebody else");
		const another = await beginFlow(server, { prompt: "none" }, { client_name: "Another App" });
		const other = await alice.send(another.url);
		assert.equal(other.status, 400, "another app");
		const stranger = { redirect_uri: `https://${evil}/`, prompt: "none" };
		assert.equal(
			(await askedBy(alice, stranger)).headers.get("location"),
			null,
			"an address that is not the app's",
		);
		const token = String(body.access_token);
		await postForm(new URL("oauth2/revoke", server.url).href, { client_id: flow.clientId, token });
		await assertStays(alice, "signed out of the app");
	});

	test("by an authorization request whose client or address is not right: the browser stays here", async () => {
		await using world = await openAttackWorld();
		const wrong: readonly Record<string, string | undefined>[] = [
			{ redirect_uri: `https://${evil}/` },
			{ redirect_uri: `http://127.0.0.1/callback@${evil}` },
			{ redirect_uri: `http://127.0.0.1@${evil}/callback` },
			{ redirect_uri: "http://127.0.0.1/callback/../other" },
			{ redirect_uri: "http://127.0.0.1/callback?x=1" },
			{ redirect_uri: "http://127.0.0.1/callback#x" },
			{ redirect_uri: "http://127.0.0.1/Callback" },
			{ redirect_uri: "http://127.0.0.1./callback" },
			{ redirect_uri: "http://localhost/callback" },
			{ redirect_uri: "https://127.0.0.1/callback" },
			{ redirect_uri: undefined },
			{ client_id: "unknown" },
			{ client_id: undefined },
		];
		const { clientId } = await beginFlow(world.server);
		for (const changes of wrong) {
			for (const more of [{}, { prompt: "none" }, { response_type: "token" }, { scope: "openid" }]) {
				const { url } = await beginFlow(world.server, { client_id: clientId, ...changes, ...more });
				const page = await world.alice.open(url);
				assert.equal(page.left, undefined, JSON.stringify(changes));
				assert.equal(page.status, 400, JSON.stringify(changes));
			}
		}
		const { url } = await beginFlow(world.server);
		const doubled = await world.alice.open(`${url}&redirect_uri=https://${evil}/`);
		assert.deepEqual([doubled.left, doubled.status], [undefined, 400]);
	});
});

describe("the host a request names", () => {
	test("decides no address in any answer", async () => {
		await using world = await openAttackWorld();
		const { server, phone } = world;
		await world.ask(phone, "second");
		const authorization = `Authorization: Bearer ${phone.accessToken}`;
		const flow = new URL((await beginFlow(server)).url);
		const forged = [
			`Host: ${evil}`,
			`X-Forwarded-Host: ${evil}`,
			`X-Forwarded-Proto: gopher`,
			`Forwarded: host=${evil}`,
			`X-Original-URL: https://${evil}/`,
			`X-Rewrite-URL: /account/`,
			`X-Host: ${evil}`,
		];
		const paths = [
			"/",
			"/account/",
			"/login?next=/account/devices",
			"/.well-known/openid-configuration",
			"/.well-known/matrix/client",
			"/_matrix/client/v1/auth_metadata",
			"/oauth2/keys.json",
			"/authorize?client_id=x",
			`${flow.pathname}${flow.search}`,
			"/_matrix/client/v3/auth/m.oauth/fallback/web?session=x",
		];
		for (const path of paths) {
			const answer = await rawRequest(server.port, [`GET ${path} HTTP/1.1`, ...forged, authorization]);
			assert.doesNotMatch(answer, /evil\.example|gopher/, path);
			assert.match(answer, /^HTTP\/1\.1 (200|302|303|400|404) /, path);
		}
		const absolute = await rawRequest(server.port, [
			`GET http://${evil}/account/ HTTP/1.1`,
			"Host: localhost",
		]);
		assert.doesNotMatch(absolute, /evil\.example/);
	});

	test("is forgotten by a sign-in that began with it: the person comes back here, and then to the app", async () => {
		await using world = await openAttackWorld();
		const { server, alice } = world;
		const { pathname, search } = new URL((await beginFlow(server)).url);
		const forged = [`Host: ${evil}`, `X-Forwarded-Host: ${evil}`, "X-Forwarded-Proto: https"];
		const begun = await rawRequest(server.port, [`GET ${pathname}${search} HTTP/1.1`, ...forged]);
		const headers = new Headers();
		for (const [, cookie = ""] of begun.matchAll(/^set-cookie: (.+)\r$/gim))
			headers.append("set-cookie", cookie);
		alice.cookies.keep(new Response(null, { headers }));
		const uid = /^set-cookie: countersign_interaction=([\w-]+)/im.exec(begun)?.[1] ?? assert.fail(begun);
		const page = await alice.open(`/interaction/${uid}`);
		assert.equal(page.title, "Let this app sign in?");
		const { left } = await alice.press(page, "Allow");
		assert.deepEqual([left?.origin, left?.searchParams.get("iss")], ["http://127.0.0.1", server.url]);
	});
});

describe("session fixation", () => {
	test("a session planted before signing in is not the session after it", async () => {
		await using server = await startServer();
		await server.register("alice");
		const planted = "A".repeat(43);
		for (const cookie of [`countersign-session=${planted}`, `countersign-visitor=${planted}`]) {
			const page = await fetch(new URL("/login", server.url), { headers: { cookie } });
			const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? "";
			const own = page.headers.getSetCookie().map((line) => line.split(";", 1).join());
			const answer = await fetch(new URL("/login", server.url), {
				method: "POST",
				redirect: "manual",
				headers: { cookie: [cookie, ...own].join("; ") },
				body: new URLSearchParams({ csrf, username: "alice", password }),
			});
			assert.equal(answer.status, 303);
			const session = answer.headers.getSetCookie().find((line) => line.startsWith("countersign-session="));
			assert.ok(session !== undefined && !session.includes(planted));
			assert.match(session, /; HttpOnly/);
			assert.match(session, /; SameSite=Lax/);
			const opened = await fetch(new URL("/account/", server.url), {
				headers: { cookie: `countersign-session=${planted}` },
				redirect: "manual",
			});
			assert.equal(opened.status, 303, "the planted one opens nothing");
		}
	});

	test("a session cookie sent twice is trusted in neither form", async () => {
		await using server = await startServer();
		const mallory = await server.register("mallory");
		const alice = await server.register("alice");
		const [hers, his] = [alice, mallory].map((browser) => browser.cookies.get("countersign-session") ?? "");
		const open = (cookie: string) =>
			fetch(new URL("/account/", server.url), { headers: { cookie }, redirect: "manual" });
		assert.equal((await open(`countersign-session=${hers}`)).status, 200);
		for (const pair of [
			[hers, his],
			[his, hers],
			[hers, ""],
		]) {
			const cookie = pair.map((value) => `countersign-session=${value}`).join("; ");
			assert.equal((await open(cookie)).status, 303);
		}
	});

	test("signing out ends the session itself, not only its cookie; so do a new password and signing out everywhere", async () => {
		await using server = await startServer();
		await server.register("alice");
		const status = async (cookie: string) =>
			(await fetch(new URL("/account/", server.url), { headers: { cookie }, redirect: "manual" })).status;
		const cookieOf = (browser: Awaited<ReturnType<typeof server.signIn>>) =>
			`countersign-session=${browser.cookies.get("countersign-session")}`;
		const [one, two, three] = [
			await server.signIn("alice"),
			await server.signIn("alice"),
			await server.signIn("alice"),
		];
		const [first, second, third] = [cookieOf(one), cookieOf(two), cookieOf(three)];
		await one.press(await one.open("/account/"), /^Sign out of this browser/);
		assert.deepEqual([await status(first), await status(second)], [303, 200]);
		await two.press(await two.open("/account/sign-out-everywhere"), /sign out/i, { password });
		assert.deepEqual([await status(second), await status(third)], [200, 303]);
		const four = await server.signIn("alice");
		const page = await two.open("/account/password");
		const form = page.forms.find(({ action }) => action === "/account/password") ?? assert.fail("no form");
		const body = new URLSearchParams({
			...form.fields,
			current: password,
			password: "another battery staple",
		});
		assert.equal((await two.send("/account/password", { method: "POST", body })).status, 303);
		assert.deepEqual([await status(second), await status(cookieOf(four))], [200, 303]);
	});
});
