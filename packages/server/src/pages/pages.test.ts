import assert from "node:assert/strict";
import { test } from "node:test";
import { Hono } from "hono";
import type { Env } from "../http/index.ts";
import { english } from "../words/index.ts";
import { html } from "./html.ts";
import { createPages } from "./pages.ts";
import { timeAgo } from "./time.ts";
import { answerUnrouted } from "./unrouted.ts";

let count = 0;
const random = { bytes: (length: number) => new Uint8Array(length), token: () => `nonce${count++}` };
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
				"*",
				"'unsafe-inline'",
			],
		},
	);
	assert.match(policyOf(response), /form-action 'self' https:\/\/app\.example:8443 io\.element:;/);
	assert.doesNotMatch(policyOf(response), /script-src|\*/);
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
