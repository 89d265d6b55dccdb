/** Every text is where translators find it, is used, and is all that pages say. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { texts } from "../src/words/english/texts.ts";
import { literalsIn } from "./support/literals.ts";

const src = join(import.meta.dirname, "..", "src");

interface Source {
	readonly path: string;
	readonly text: string;
}

const sources: readonly Source[] = globSync("**/*.ts", { cwd: src })
	.filter((path) => !path.endsWith(".test.ts") && !path.startsWith("words/english/"))
	.map((path) => ({ path, text: readFileSync(join(src, path), "utf8") }));

/** What browsers read: style, scripts and a picture. */
const forBrowsers = ["pages/style.ts", "pages/icon.ts"];
const scripts = "pages/scripts/";

/** Where pages are made, and what they show is decided. */
const speaking = sources.filter(
	({ path }) => /^(?:account|pages)\//.test(path) && !forBrowsers.includes(path) && !path.startsWith(scripts),
);

const keys = Object.entries(texts).flatMap(([area, entries]) =>
	Object.keys(entries).map((name) => `${area}.${name}`),
);

test("every text is used somewhere", () => {
	const all = sources.map(({ text }) => text).join("\n");
	assert.deepEqual(
		keys.filter((key) => !all.includes(`"${key}"`)),
		[],
	);
});

test("every text that tells people to ask those who run the server is on a page that says who that is", () => {
	const words = (entry: string | Readonly<Record<string, string>>) =>
		typeof entry === "string" ? entry : Object.values(entry).join(" ");
	const asking = Object.entries(texts).flatMap(([area, entries]) =>
		Object.entries(entries)
			.filter(([, entry]) => /\bask (the people|those)\b/i.test(words(entry)))
			.map(([name]) => `${area}.${name}`),
	);
	// Each of these pages says `asksOperator`. Whoever is locked is told so where they sign in.
	assert.deepEqual(asking.sort(), [
		...[
			"consent.new-impossible",
			"forgotten.nothing-came",
			"lost.none-text",
			"new-password.gone-text",
			"password.locked",
		],
		...[
			"proofs.lost",
			"register.closed-text",
			"sign-in.forgot",
			"upstream.name-taken-text",
			"upstream.other-issuer-text",
			"upstream.somebodys-text",
		],
	]);
});

/** Names that are the same in every language, and what only programs and developers read. */
const unspoken = new Set<string>([
	"Countersign",
	...["Edge", "Opera", "Samsung Internet", "Firefox", "Chrome", "Safari"],
	...["Android", "Windows", "Linux"],
	...[
		"This server has no such endpoint",
		"There is no page for this stage",
		"The session is missing",
		"Something went wrong at this server",
	],
	"countersign form\\n:\\n",
	"nothing says what <> means",
	"deactivate nobody's account",
	...["people are moving", "Accounts are being moved. Try again in a few minutes."],
	"User-agent: *\\nDisallow: /\\n",
	"username webauthn",
]);

describe("pages say nothing that is not a text of words/:", () => {
	test("in no file", () => {
		const said = speaking.flatMap(({ path, text }) =>
			literalsIn(text)
				.filter((words) => !unspoken.has(words))
				.map((words) => `${path}: ${words}`),
		);
		assert.deepEqual(said, []);
	});

	test("and what is looked for is found", () => {
		assert.deepEqual(literalsIn(`html\`<p class="soft">Hello \${name}, <b title="x">you</b></p>\``), [
			"x",
			"Hello",
			"you",
		]);
		assert.deepEqual(literalsIn(`html\`<p>\${many ? "some words" : html\`<b>Word</b>\`} · </p>\``), [
			"some words",
			"Word",
		]);
		assert.deepEqual(literalsIn(`const a = { title: "This is over", kind: "reset-asked" };`), [
			"This is over",
		]);
		assert.deepEqual(literalsIn(`const a = \`Wait \${seconds} seconds\`;`), ["Wait seconds"]);
	});
});
