import assert from "node:assert/strict";
import { test } from "node:test";
import { Hono } from "hono";
import type { Env } from "../http/index.ts";
import { english } from "../words/index.ts";
import { html } from "./html.ts";
import type { Branding } from "./page.ts";
import { createPages } from "./pages.ts";
import { timeAgo } from "./time.ts";
import { answerUnrouted } from "./unrouted.ts";

let count = 0;
const random = {
	bytes: (length: number) => new Uint8Array(length),
	token(bytes?: number) {
		assert.equal(bytes, 18, "what nobody guesses, in whole characters");
		return `nonce${count++}`;
	},
};
const pages = createPages({ serverName: "localhost", random, language: english });

const titled = (words: string) => ({ in: () => words });

function policyOf(response: Response): string {
	return response.headers.get("content-security-policy") ?? "";
}

test("a page lets nothing in but its own style, may not be framed, and leaves its opener alone", async () => {
	const response = pages.show({ title: titled("Title"), body: html`<p>x</p>` });
	const [, nonce] = /style-src 'nonce-(\w+)'/.exec(policyOf(response)) ?? [];
	assert.equal(
		policyOf(response),
		`default-src 'none'; style-src 'nonce-${nonce}'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
	);
	assert.equal(response.headers.get("x-frame-options"), "DENY");
	assert.equal(response.headers.get("referrer-policy"), "no-referrer");
	assert.equal(response.headers.get("cache-control"), "no-store");
	assert.equal(response.headers.get("x-content-type-options"), "nosniff");
	assert.equal(response.headers.get("cross-origin-opener-policy"), "unsafe-none");
	const text = await response.text();
	assert.match(text, new RegExp(`<style nonce="${nonce}">`));
	assert.match(text, /<html lang="en" dir="ltr">/);
	assert.equal(text.match(/<h1>/g)?.length, 1);
});

test("a script runs under a nonce that no two pages share", async () => {
	const view = { title: titled("Title"), body: html``, script: "go()" };
	const [one, two] = [pages.show(view), pages.show(view)];
	assert.match(policyOf(one), /script-src 'nonce-\w+'/);
	assert.notEqual(policyOf(one), policyOf(two));
	assert.match(await one.text(), /<script nonce="\w+">go\(\)<\/script>/);
});

test("exact times are written in the reader's zone by a script under the nonce, on pages that show one", async () => {
	const body = html`<p>${timeAgo(0, 60_000)}</p>`;
	const response = pages.show({ title: titled("Title"), body });
	assert.match(policyOf(response), /script-src 'nonce-\w+'/);
	assert.match(await response.text(), /<script nonce="\w+">function showLocalTimes/);
	const both = await pages.show({ title: titled("Title"), body, script: "go()" }).text();
	assert.deepEqual(both.match(/<script nonce="\w+">/g)?.length, 2);
});

test("forms may lead to the named app, and no name can add to the policy", () => {
	const response = pages.show(
		{ title: titled("Title"), body: html`` },
		{
			formAction: [
				"https://app.example:8443",
				"io.element:",
				"https://a; script-src *",
				"'unsafe-hashes' https:",
				"*",
				"'unsafe-inline'",
			],
		},
	);
	assert.match(policyOf(response), /form-action 'self' https:\/\/app\.example:8443 io\.element:;/);
	assert.doesNotMatch(policyOf(response), /script-src|\*|unsafe/);
});

test("unknown addresses and wrong methods end in a page that says so", async () => {
	const app = new Hono<Env>();
	app.use("*", (_, next) => next());
	app.route(
		"/",
		new Hono<Env>().get("/login", (c) => c.text("in")).post("/logout", (c) => c.text("out")),
	);
	answerUnrouted(app, (_, problem) => pages.problem(problem));
	assert.equal((await app.request("/nowhere")).status, 404);
	const wrong = await app.request("/logout");
	assert.equal(wrong.status, 405);
	assert.equal(wrong.headers.get("allow"), "POST");
	assert.equal((await app.request("/login", { method: "DELETE" })).headers.get("allow"), "GET");
	assert.equal((await app.request("/login")).status, 200);
});

test("whatever methods there are, all others are told of them", async () => {
	const app = new Hono<Env>();
	const known = ["GET", "POST", "PUT", "DELETE"];
	for (const method of known)
		app.on(method, `/${method}`, (c) => c.text("")).on(method, "/all", (c) => c.text(""));
	answerUnrouted(app, (_, problem) => pages.problem(problem));
	const allowed = async (path: string, method: string) => {
		const answer = await app.request(path, { method });
		assert.equal(answer.status, 405, path);
		return [answer.headers.get("allow"), await answer.text()] as const;
	};
	for (const method of known) assert.equal((await allowed(`/${method}`, "PATCH"))[0], method);
	const [all, words] = await allowed("/all", "OPTIONS");
	assert.equal(all, "GET, POST, PUT, DELETE");
	const none = await (await app.request("/nowhere")).text();
	for (const [page, title] of [
		[words, "That cannot be done here"],
		[none, "There is no such page"],
	] as const) {
		assert.ok(page.includes(`<h1>${title}</h1>`), page);
		assert.match(page, /<a class="button plain" href="\/account\/">Your account<\/a>/);
	}
});

test("how long ago something was is shown with the moment itself", () => {
	assert.equal(
		timeAgo(1_800_000_000_000, 1_800_000_060_000).markup(english),
		'<time datetime="2027-01-15T08:00:00.000Z" title="2027-01-15 08:00:00 UTC">1 minute ago</time>',
	);
});

test("where programs ask they are told in their own way that there is nothing, and what there is", async () => {
	const app = new Hono<Env>();
	app.get("/health", (c) => c.text("ok"));
	answerUnrouted(app, (_, problem) => pages.problem(problem));
	for (const path of ["/oauth2/none", "/oauth2", "/.well-known/none", "/metrics"]) {
		const none = await app.request(path);
		assert.equal(none.status, 404, path);
		assert.equal(none.headers.get("access-control-allow-origin"), "*");
		assert.deepEqual(await none.json(), {
			error: "invalid_request",
			error_description: "This server has no such endpoint",
		});
	}
	const wrong = await app.request("/health", { method: "POST" });
	assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "GET"]);
	assert.equal(wrong.headers.get("access-control-allow-origin"), "*");
	for (const path of ["/oauth2x", "/x/oauth2/", "/healthy", "/x/health"])
		assert.match((await app.request(path)).headers.get("content-type") ?? "", /^text\/html/, path);
});

test("a problem is a page with its status, its headers and the way on", async () => {
	const problem = { status: 418, title: titled("T"), text: titled("X") } as const;
	const plain = pages.problem(problem);
	assert.equal(plain.status, 418);
	const text = await plain.text();
	assert.match(text, /<h1>T<\/h1>\s*<p>X<\/p>\s*<\/main>/);
	assert.match(text, /<title>T · localhost<\/title>/);
	assert.doesNotMatch(text, /http-equiv|href="\/account\/"|<script/);
	const action = { label: titled("Go"), href: "/there" };
	const whole = pages.problem({ ...problem, action, headers: { "retry-after": "5" }, signedInAs: "@a:b" });
	assert.equal(whole.headers.get("retry-after"), "5");
	const words = await whole.text();
	assert.match(words, /<div class="actions"><a class="button plain" href="\/there">Go<\/a><\/div>/);
	assert.match(words, /<a href="\/account\/">@a:b<\/a>/);
});

test("a page asks for itself again where there is no script, or opens an app, once", async () => {
	const view = { title: titled("T"), body: html`` };
	const again = await pages.show({ ...view, refreshSeconds: 7 }).text();
	assert.match(again, /<noscript><meta http-equiv="refresh" content="7"><\/noscript>/);
	const opening = await pages.show({ ...view, opens: 'app:/cb?a="1' }).text();
	assert.match(opening, /<meta http-equiv="refresh" content="0;url=app:\/cb\?a=&quot;1">/);
});

test("a page may set cookies and a status; what every page says of itself no option changes", () => {
	const response = pages.show(
		{ title: titled("T"), body: html`` },
		{ status: 403, cookies: ["a=1", "b=2"], headers: { "x-frame-options": "ALLOWALL", allow: "GET" } },
	);
	assert.equal(response.status, 403);
	assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
	assert.deepEqual([response.headers.get("x-frame-options"), response.headers.get("allow")], ["DENY", "GET"]);
	assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
	assert.equal(response.headers.get("cross-origin-resource-policy"), "same-origin");
	assert.match(response.headers.get("permissions-policy") ?? "", /camera=\(\).*usb=\(\)/);
});

test("who runs the server is named where people are told to ask them, as a link where it is one, and nowhere else", async () => {
	const shown = async (contact: string | undefined, asksOperator: boolean) => {
		const those = createPages({ serverName: "localhost", random, language: english, contact });
		const view = { title: titled("Title"), body: html`<p>x</p>`, asksOperator };
		const text = await those.show(view).text();
		const failed = those.problem({ status: 404, title: titled("T"), text: titled("t"), asksOperator });
		assert.equal((await failed.text()).includes("people who run"), text.includes("people who run"));
		return /<p class="soft">The people who run this server: (.*)<\/p>/.exec(text)?.[1];
	};
	assert.equal(await shown("Anna & Zoë, at the desk", true), "Anna &amp; Zoë, at the desk");
	const link = "https://example.org/help?a=1";
	assert.equal(await shown(link, true), `<a href="${link}" rel="noreferrer">${link}</a>`);
	assert.equal(
		await shown("help@example.org", true),
		'<a href="mailto:help@example.org">help@example.org</a>',
	);
	assert.equal(await shown("@anna:example.org", true), "@anna:example.org");
	assert.equal(await shown('"><script>', true), "&quot;&gt;&lt;script&gt;");
	assert.equal(await shown("Anna", false), undefined);
	assert.equal(await shown(undefined, true), undefined);
});

test("who runs the server has a name, a logo, a colour and links on every page, and none of them adds to the policy", async () => {
	const show = (branding?: Branding) => {
		const those = createPages({ serverName: "localhost", random, language: english, branding });
		return those.problem({ status: 404, title: titled("T"), text: titled("t") });
	};
	const plain = await show().text();
	assert.match(plain, /<b>Countersign<\/b> · localhost/);
	assert.doesNotMatch(plain, /<img|<footer/);
	const response = show({
		...{ name: '<b>"Society"', logo: "/account/logo?1", accent: "#1a4fc4" },
		...{ terms: "https://example.org/terms", privacy: "https://example.org/privacy?a&b" },
	});
	const withoutNonce = (answer: Response) => policyOf(answer).replaceAll(/nonce\d+/g, "");
	assert.equal(withoutNonce(response), withoutNonce(show()));
	const text = await response.text();
	assert.match(
		text,
		/<img class="logo" src="\/account\/logo\?1" alt=""><b>&lt;b&gt;&quot;Society&quot;<\/b> · localhost/,
	);
	assert.match(text, /<link rel="icon" href="\/account\/logo\?1">/);
	assert.match(text, /--accent:#1a4fc4;.*prefers-color-scheme:dark.*--accent:#(?!1a4fc4)/);
	assert.match(
		text,
		/<footer class="foot"><a href="https:\/\/example.org\/terms" target="_blank" rel="noreferrer">Terms<\/a><a href="[^"]*privacy\?a&amp;b"[^>]*>Privacy policy</,
	);
	const one = await show({ privacy: "https://example.org/privacy" }).text();
	assert.equal(one.match(/<a /g)?.length, 1);
});

test("what is no colour draws nothing of its own", async () => {
	const branding = { accent: "red}*{" };
	const those = createPages({ serverName: "localhost", random, language: english, branding });
	const text = await those.show({ title: titled("T"), body: html`` }).text();
	assert.doesNotMatch(text, /red\}/);
});
