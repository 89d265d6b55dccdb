import assert from "node:assert/strict";
import { test } from "node:test";
import { parseForm } from "../http/index.ts";
import { createCsrf } from "./csrf.ts";

const csrf = createCsrf({ key: new Uint8Array(32).fill(1), publicBase: "https://account.example.org/" });
const good = { purpose: "approve", browser: "session:abc" };

function check(token: string, headers: Record<string, string> = {}, expected = good): boolean {
	const request = new Request("https://account.example.org/x", { method: "POST", headers });
	return csrf.check({
		request,
		form: parseForm(new URLSearchParams({ csrf: token }).toString()),
		...expected,
	});
}

test("a form counts for its own purpose, in its own browser", () => {
	const token = csrf.token(good.purpose, good.browser);
	assert.equal(check(token), true);
	assert.equal(check(token, {}, { ...good, purpose: "deny" }), false);
	assert.equal(check(token, {}, { ...good, browser: "session:abd" }), false);
	assert.equal(check(csrf.token("approve\nsession:abc", ""), {}, good), false);
});

test("a form without its token, with part of it, with two, or with another server's counts for nothing", () => {
	const token = csrf.token(good.purpose, good.browser);
	for (const wrong of ["", token.slice(0, -4), `${token}AAAA`, "é", "A".repeat(43)]) {
		assert.equal(check(wrong), false, wrong);
	}
	const request = new Request("https://account.example.org/x", { method: "POST" });
	assert.equal(csrf.check({ request, form: parseForm(`csrf=${token}&csrf=${token}`), ...good }), false);
	const other = createCsrf({ key: new Uint8Array(32).fill(2), publicBase: "https://account.example.org/" });
	assert.equal(check(other.token(good.purpose, good.browser)), false);
});

test("a right token does not help a form that another site, or another port of this machine, sent", () => {
	const token = csrf.token(good.purpose, good.browser);
	assert.equal(check(token, { "sec-fetch-site": "cross-site" }), false);
	assert.equal(check(token, { "sec-fetch-site": "same-site" }), false);
	assert.equal(check(token, { origin: "https://evil.example" }), false);
	assert.equal(check(token, { origin: "http://account.example.org" }), false);
	assert.equal(
		check(token, { "sec-fetch-site": "same-origin", origin: "https://account.example.org" }),
		true,
	);
	assert.equal(check(token, { "sec-fetch-site": "same-origin", origin: "null" }), true);
});
