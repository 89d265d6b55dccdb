import assert from "node:assert/strict";
import { test } from "node:test";
import { english } from "./english/index.ts";
import { texts } from "./english/texts.ts";
import { createLanguage } from "./language.ts";
import { say } from "./say.ts";
import { ago, duration } from "./time.ts";

/** Texts as another language has them: other words, another order, other plural forms. */
const polish = createLanguage("pl", {
	time: { "just-now": "przed chwilą" },
});

test("a text is said in the language of the page, not where it was chosen", () => {
	const text = say("time.just-now");
	assert.equal(text.in(english), "just now");
	assert.equal(text.in(polish), "przed chwilą");
});

test("numbers are written as a person would type them", () => {
	assert.equal(
		say("password.too-long", { most: 12_345 }).in(english),
		"The password is too long. Use at most 12345 characters.",
	);
});

test("plain words stay plain, whatever tags and values a translation names", () => {
	const careless = createLanguage("xx", { password: { "too-short": "<b>min. {least}</b>{nothing}!" } });
	assert.equal(say("password.too-short", { least: 10 }).in(careless), "min. 10!");
});

test("a language that lacks a text fails instead of showing its key", () => {
	assert.throws(() => say("time.in-a-moment").in(polish), /no text for time.in-a-moment in pl/);
});

test("every text of the program can be read, in each of its forms", () => {
	for (const [area, entries] of Object.entries(texts))
		for (const [name, entry] of Object.entries(entries)) {
			const forms = typeof entry === "string" ? [undefined] : [0, 1, 2];
			for (const count of forms)
				assert.notEqual(english.parts(`${area}.${name}`, count).length, 0, `${area}.${name}`);
		}
});

test("lengths of time are rounded up, in the largest unit that fits", () => {
	const said = (ms: number) => duration(ms).in(english);
	assert.equal(said(0), "1 second");
	assert.equal(said(1_000), "1 second");
	assert.equal(said(1_001), "2 seconds");
	assert.equal(said(59_001), "60 seconds");
	assert.equal(said(60_000), "60 seconds");
	assert.equal(said(60_001), "2 minutes");
	assert.equal(said(7_200_000), "120 minutes");
	assert.equal(said(7_200_001), "3 hours");
	assert.equal(said(172_800_000), "48 hours");
	assert.equal(said(172_800_001), "3 days");
	assert.equal(said(2_000 * 86_400_000), "2000 days");
	assert.equal(duration(240_000).in(polish), "4 minuty");
});

test("how long ago something was is rounded down, and times to come are told apart", () => {
	const now = 1_800_000_000_000;
	const said = (ms: number) => ago(now + ms, now).in(english);
	assert.equal(said(1), "in a moment");
	assert.equal(said(0), "just now");
	assert.equal(said(-59_999), "just now");
	assert.equal(said(59_999), "in a moment");
	assert.equal(said(-60_000), "1 minute ago");
	assert.equal(said(-86_400_000), "1 day ago");
	assert.equal(said(7_199_999), "in 1 hour");
	assert.equal(said(-59 * 86_400_000), "59 days ago");
	assert.equal(said(-60 * 86_400_000), "2 months ago");
	assert.equal(said(-119_999), "1 minute ago");
	assert.equal(said(60_000), "in 1 minute");
	assert.equal(said(3_599_999), "in 59 minutes");
	assert.equal(said(3_600_000), "in 1 hour");
	assert.equal(said(-86_399_999), "23 hours ago");
	assert.equal(said(-2 * 86_400_000 + 1), "1 day ago");
	assert.equal(said(-90 * 86_400_000 + 1), "2 months ago");
	assert.equal(ago(-300_000, 0).in(polish), "5 minut temu");
});

test("what a text needs to be told is checked when it is compiled", () => {
	// @ts-expect-error: there is no such text
	assert.throws(() => say("time.tomorrow").in(english), TypeError);
	// @ts-expect-error: a text that needs nothing takes nothing
	say("time.just-now", { count: 1 });
});
