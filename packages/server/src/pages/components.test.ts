import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { english } from "../words/index.ts";
import {
	actions,
	answers,
	button,
	choice,
	facts,
	field,
	form,
	hidden,
	linkButton,
	notice,
	trouble,
} from "./components.ts";
import { type HtmlValue, html } from "./html.ts";

const t = (words: string) => ({ in: () => words });
/** As a browser reads it: white space between tags and attributes does not count. */
const seen = (value: HtmlValue) =>
	html`${value}`
		.markup(english)
		.replaceAll(/\s+/g, " ")
		.replaceAll(/ ?> ?/g, ">")
		.replaceAll(/ ?< ?/g, "<")
		.trim();

/** The button of a field for a password, which a script shows. */
const reveals =
	'<button class="button plain" type="button" aria-pressed="false" aria-controls="n" aria-describedby="n-label" data-reveals hidden>Show</button></div>';

describe("a field", () => {
	const name = { name: "n", label: t("Name"), autocomplete: "username" };

	test("is a required input under its label, in which nothing is corrected", () => {
		assert.equal(
			seen(field(name)),
			'<div class="field"><label for="n">Name</label><input id="n" name="n" type="text" value="" autocomplete="username" required autocapitalize="none" autocorrect="off" spellcheck="false"></div>',
		);
	});

	test("for a password holds nothing, is in no dictionary while it is shown, and has its button", () => {
		assert.equal(
			seen(field({ ...name, type: "password" })),
			`<div class="field"><label for="n" id="n-label">Name</label><div class="secret"><input id="n" name="n" type="password" value="" autocomplete="username" required autocapitalize="none" autocorrect="off" spellcheck="false">${reveals}</div>`,
		);
	});

	test("may be optional, filled in, fixed and the first to be typed in", () => {
		const it = field({
			...name,
			type: "password",
			value: "a",
			optional: true,
			autofocus: true,
			readonly: true,
		});
		assert.equal(
			seen(it),
			`<div class="field"><label for="n" id="n-label">Name</label><div class="secret"><input id="n" name="n" type="password" value="a" autocomplete="username" autofocus readonly autocapitalize="none" autocorrect="off" spellcheck="false">${reveals}</div>`,
		);
	});

	test("tells its hint and its error to those who hear it", () => {
		const input =
			'<input id="n" name="n" type="text" value="" autocomplete="username" required autocapitalize="none" autocorrect="off" spellcheck="false"';
		const focused = input.replace(" required", " required autofocus");
		const of = (more: object) => seen(field({ ...name, ...more }));
		const [hint, error] = [
			'<p class="hint" id="n-hint">H</p>',
			'<p class="wrong" id="n-error" role="alert">E</p>',
		];
		const begin = '<div class="field"><label for="n">Name</label>';
		assert.equal(of({ hint: t("H") }), `${begin}${input} aria-describedby="n-hint">${hint}</div>`);
		assert.equal(
			of({ error: t("E") }),
			`${begin}${focused} aria-invalid="true" aria-describedby="n-error">${error}</div>`,
		);
		assert.equal(
			of({ hint: t("H"), error: t("E") }),
			`${begin}${focused} aria-invalid="true" aria-describedby="n-hint n-error">${hint}${error}</div>`,
		);
	});
});

test("a box to tick is ticked and required only where it is said", () => {
	const box = (more: object) => seen(choice({ name: "c", label: t("Yes"), ...more }));
	const begin = '<div class="choice"><input type="checkbox" id="c" name="c" value="yes"';
	const end = '><label for="c">Yes</label></div>';
	assert.equal(box({}), `${begin}${end}`);
	assert.equal(box({ checked: true }), `${begin} checked${end}`);
	assert.equal(box({ required: true }), `${begin} required${end}`);
	assert.equal(
		box({ error: t("E") }),
		`${begin} autofocus aria-invalid="true" aria-describedby="c-error"${end}<p class="wrong" id="c-error" role="alert">E</p>`,
	);
});

test("a form is sent by POST with its token, and hides only what there is", () => {
	const it = form({ action: "/a?b=1&c", csrf: "token", fields: [hidden("x", "1"), hidden("y", undefined)] });
	assert.equal(
		seen(it),
		'<form method="post" action="/a?b=1&amp;c"><input type="hidden" name="csrf" value="token"><input type="hidden" name="x" value="1"></form>',
	);
});

test("a button says which of several was pressed; a link only looks like one", () => {
	assert.equal(seen(button("danger", t("Go"))), '<button class="button danger" type="submit">Go</button>');
	assert.equal(
		seen(button("plain", t("Go"), { name: "n", value: "v" })),
		'<button class="button plain" type="submit" name="n" value="v">Go</button>',
	);
	const link = linkButton("primary", t("Go"), "/x");
	assert.equal(seen(link), '<a class="button primary" href="/x">Go</a>');
	assert.equal(seen(actions("a", "b")), '<div class="actions">ab</div>');
	assert.equal(seen(answers("a", "b")), '<div class="actions answers">ab</div>');
});

test("an error is announced at once, and what else stands out when it is reached", () => {
	assert.equal(
		seen(notice("error", t("T"))),
		'<div class="notice error" role="alert"><strong>T</strong></div>',
	);
	assert.equal(
		seen(notice("info", t("T"), t("X"))),
		'<div class="notice info" role="note"><strong>T</strong><p>X</p></div>',
	);
});

test("what is wrong with none of the fields is said at the top, and where nothing is, nothing", () => {
	assert.equal(trouble(undefined), undefined);
	assert.equal(
		seen(trouble(t("A")) ?? assert.fail()),
		'<div class="notice error" role="alert"><p>A</p></div>',
	);
});

test("of facts those that are known are shown", () => {
	const entries = [
		[t("A"), "1"],
		[t("B"), undefined],
	] as const;
	assert.equal(seen(facts(entries)), "<dl><div><dt>A</dt><dd>1</dd></div></dl>");
});
