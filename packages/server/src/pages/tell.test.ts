import assert from "node:assert/strict";
import { test } from "node:test";
import { inEnglish } from "../../test/support/in-english.ts";
import { createLanguage, english } from "../words/index.ts";
import { html } from "./html.ts";
import { link, tell } from "./tell.ts";

const hostile = `"><script>alert(1)</script>`;

test("a text says which words are a link, the page says where to", () => {
	assert.equal(
		inEnglish(tell("browsers.unknown", { password: link("/account/password") })),
		`If you do not know it, <a href="/account/password">change your password</a>: that signs out every other browser too.`,
	);
});

test("values are escaped unless they are markup of ours", () => {
	assert.equal(
		inEnglish(tell("consent.expected", { userId: hostile })),
		"The app asked for <strong>&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;</strong>.",
	);
	assert.equal(
		inEnglish(tell("consent.expected", { userId: html`<bdi>${"a"}</bdi>` })),
		"The app asked for <strong><bdi>a</bdi></strong>.",
	);
});

test("the form of a text follows the count, by the rules of its language", () => {
	const polish = createLanguage("pl", {
		home: {
			apps: {
				one: "{count} aplikacja, {when}",
				few: "{count} aplikacje, {when}",
				other: "{count} aplikacji, {when}",
			},
		},
	});
	const apps = (count: number) => tell("home.apps", { count, when: "x" });
	assert.equal(apps(1).markup(english), "1 app is signed in, last used x");
	assert.equal(apps(0).markup(english), "0 apps are signed in, last used x");
	assert.deepEqual(
		[1, 2, 5, 22].map((count) => apps(count).markup(polish)),
		["1 aplikacja, x", "2 aplikacje, x", "5 aplikacji, x", "22 aplikacje, x"],
	);
});

test("a translation brings no markup of its own, and no tag that the page does not give", () => {
	const careless = createLanguage("xx", {
		common: { back: `<img src=x onerror="alert(1)">&` },
		consent: { expected: "<elsewhere>{userId}</elsewhere>" },
	});
	assert.equal(tell("common.back").markup(careless), "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;");
	assert.throws(() => tell("consent.expected", { userId: "a" }).markup(careless), /<elsewhere>/);
});

test("what a text needs on a page is checked when it is compiled", () => {
	// @ts-expect-error: where the link leads to is missing
	assert.throws(() => inEnglish(tell("browsers.unknown")), TypeError);
	// @ts-expect-error: a value is missing
	tell("consent.expected", {});
	// @ts-expect-error: a text with plural forms takes a number
	tell("home.apps", { count: "two", when: "" });
});
