import assert from "node:assert/strict";
import { test } from "node:test";
import { facts, field } from "./components.ts";
import { html } from "./html.ts";
import { duration, timeAgo } from "./time.ts";

test("whatever is put into a page is text, in attributes too", () => {
	const hostile = `"><script>alert('1')</script>&`;
	const text = html`<p title="${hostile}">${hostile}${[hostile]}</p>`.toString();
	assert.doesNotMatch(text, /<script/);
	assert.equal(text.match(/"/g)?.length, 2);
	const input = field({ name: "n", label: hostile, value: hostile, error: hostile, autocomplete: "off" });
	assert.doesNotMatch(input.toString(), /<script/);
});

test("what is not there leaves nothing behind", () => {
	assert.equal(html`<p>${undefined}${false}${[]}</p>`.toString(), "<p></p>");
	assert.doesNotMatch(facts([["Name", undefined]]).toString(), /Name/);
});

test("times say how long ago, and exactly when", () => {
	const at = Date.UTC(2026, 10, 23, 17, 40, 5);
	const text = timeAgo(at, at + 3 * 60_000).toString();
	assert.match(text, /datetime="2026-11-23T17:40:05.000Z"/);
	assert.match(text, /title="2026-11-23 17:40:05 UTC"/);
	assert.match(text, />3 minutes ago</);
	assert.match(timeAgo(at, at).toString(), />just now</);
	assert.match(timeAgo(at + 7_200_000, at).toString(), />in 2 hours</);
	assert.equal(duration(1), "1 second");
	assert.equal(duration(61_000), "2 minutes");
	assert.equal(duration(600_000), "10 minutes");
});
