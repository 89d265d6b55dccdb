import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { english } from "../words/index.ts";
import { writeLetter } from "./letter.ts";
import { letterOf } from "./letters.ts";
import { createLetterSecrets } from "./secrets.ts";

const ends = Date.UTC(2027, 1, 3, 4, 5);

function letter(what: string, name: string, now = 0) {
	const queued = {
		kind: "ends-soon",
		to: "a@example.org",
		expiresAt: 1,
		what,
		name,
		ends: String(ends),
	} as const;
	const of = letterOf(queued, {
		...{ localpart: "alice", userId: "@alice:example.org", server: "example.org" },
		...{
			publicBase: "https://account.example.org/",
			secrets: createLetterSecrets(new Uint8Array(32)),
			now,
		},
	});
	return writeLetter(of ?? assert.fail(), english);
}

describe("the letter before something ends by itself", () => {
	test("names the token, says when, and leads to where it is replaced", () => {
		const { subject, text } = letter("token-ends-soon", "Weather bot");
		assert.equal(subject, "A token for a program ends soon (example.org)");
		assert.match(text, /“Weather bot”[\s\S]*2027-02-03 04:05 UTC/);
		assert.match(text, /https:\/\/account\.example\.org\/account\/tokens\b/);
	});

	test("of a token that ran out before anybody was told says so, and how long it can be replaced", () => {
		const before = letter("token-ends-soon", "Weather bot", ends - 1);
		assert.match(before.text, /ends on 2027-02-03 04:05 UTC/);
		const { subject, text } = letter("token-ends-soon", "Weather bot", ends);
		assert.equal(subject, "A token for a program ran out (example.org)");
		assert.match(text, /“Weather bot”[\s\S]*ran out on 2027-02-03 04:05 UTC[\s\S]*within ten days/);
		assert.doesNotMatch(text, /ends on/);
	});

	test("says of an app what makes it stay, where anything does, and what goes with it", () => {
		const idle = letter("app-idle-soon", "Example App").text;
		assert.match(idle, /unless it is used before/);
		const old = letter("app-ends-soon", "Example App").text;
		assert.doesNotMatch(old, /unless it is used/);
		for (const text of [idle, old]) {
			assert.match(text, /“Example App”[\s\S]*2027-02-03 04:05 UTC/);
			assert.match(text, /encryption keys/);
			assert.match(text, /https:\/\/account\.example\.org\/account\/devices\b/);
		}
	});

	test("holds no address that the app brought with its name, and nothing that ends the name", () => {
		const { text, html } = letter(
			"app-idle-soon",
			`https://evil.example/x” or a@evil.example ${"z".repeat(99)}`,
		);
		assert.doesNotMatch(text, /evil\.example|https:\/\/evil|@evil/);
		assert.doesNotMatch(html, /evil\.example/);
		assert.match(text, /“https evil example x or a evil example z+”/);
		assert.doesNotMatch(text, /z{40}/);
	});

	test("asks nobody whether it was them: nobody did anything", () => {
		for (const what of ["token-ends-soon", "app-idle-soon", "app-ends-soon"])
			assert.doesNotMatch(letter(what, "x").text, /not-me/);
	});
});
