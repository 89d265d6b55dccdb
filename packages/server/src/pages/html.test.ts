import assert from "node:assert/strict";
import { test } from "node:test";
import { inEnglish } from "../../test/support/in-english.ts";
import { duration, type Text } from "../words/index.ts";
import { facts, field, hidden } from "./components.ts";
import { html } from "./html.ts";
import { timeAgo } from "./time.ts";

const text = (words: string): Text => ({ in: () => words });

test("whatever is put into a page is text, in attributes too", () => {
	const hostile = `"><script>alert('1')</script>&`;
	const page = inEnglish(html`<p title="${hostile}">${hostile}${[hostile]}</p>`);
	assert.doesNotMatch(page, /<script/);
	assert.equal(page.match(/"/g)?.length, 2);
	assert.equal(inEnglish(html`${"&<>\"'"}`), "&amp;&lt;&gt;&quot;&#39;");
	const input = field({
		name: "n",
		label: text(hostile),
		value: hostile,
		error: text(hostile),
		autocomplete: "off",
	});
	assert.doesNotMatch(inEnglish(input), /<script/);
});

test("what is not there leaves nothing behind", () => {
	assert.equal(inEnglish(html`<p>${undefined}${false}${[]}</p>`), "<p></p>");
	assert.doesNotMatch(inEnglish(facts([[text("Name"), undefined]])), /Name/);
});

test("times say how long ago, and exactly when", () => {
	const at = Date.UTC(2026, 10, 23, 17, 40, 5);
	const text = inEnglish(timeAgo(at, at + 3 * 60_000));
	assert.match(text, /datetime="2026-11-23T17:40:05.000Z"/);
	assert.match(text, /title="2026-11-23 17:40:05 UTC"/);
	assert.match(text, />3 minutes ago</);
	assert.match(inEnglish(timeAgo(at, at)), />just now</);
	assert.match(inEnglish(timeAgo(at + 7_200_000, at)), />in 2 hours</);
	assert.equal(inEnglish(duration(1)), "1 second");
	assert.equal(inEnglish(duration(61_000)), "2 minutes");
	assert.equal(inEnglish(duration(600_000)), "10 minutes");
});

test("no name reorders the words beside it or hides in a page, wherever it stands in it", () => {
	const marks =
		"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u0000\u0008\u001b\u007f\u0085";
	const name = `a${[...marks].join("b")}c`;
	const harmless = `a${[...marks].map(() => "").join("b")}c`;
	assert.equal(
		inEnglish(html`<p title="${name}">${name}${[name]}</p>`),
		`<p title="${harmless}">${harmless}${harmless}</p>`,
	);
	const input = inEnglish(
		field({ name: "n", label: text(name), value: name, error: text(name), autocomplete: "off" }),
	);
	assert.doesNotMatch(input, new RegExp(`[${marks}]`));
	assert.match(input, new RegExp(`value="${harmless}"`));
	assert.doesNotMatch(inEnglish(hidden("next", name)), new RegExp(`[${marks}]`));
});

test("letters from right to left, joined emoji and line ends stay as they were typed", () => {
	const typed = "שלום\n👩\u200d💻\t\u0646\u200c\u0627";
	assert.equal(inEnglish(html`${typed}`), typed);
});
