import assert from "node:assert/strict";
import { test } from "node:test";
import { inEnglish } from "../../test/support/in-english.ts";
import { duration, type Text } from "../words/index.ts";
import { facts, field } from "./components.ts";
import { html } from "./html.ts";
import { timeAgo } from "./time.ts";

const text = (words: string): Text => ({ in: () => words });

test("whatever is put into a page is text, in attributes too", () => {
	const hostile = `"><script>alert('1')</script>&`;
	const page = inEnglish(html`<p title="${hostile}">${hostile}${[hostile]}</p>`);
	assert.doesNotMatch(page, /<script/);
	assert.equal(page.match(/"/g)?.length, 2);
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
