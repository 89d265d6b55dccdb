import assert from "node:assert/strict";
import { test } from "node:test";
import { english } from "../words/index.ts";
import { writeLetter } from "./letter.ts";
import { letterOf } from "./letters.ts";
import { createLetterSecrets } from "./secrets.ts";

test("the letter about an address that the operator took away holds no link", () => {
	const of = letterOf(
		{ kind: "address-withdrawn", to: "a@example.org", expiresAt: 1 },
		{
			...{ localpart: "alice", userId: "@alice:example.org", server: "example.org", now: 0 },
			...{ publicBase: "https://account.example.org/", secrets: createLetterSecrets(new Uint8Array(32)) },
		},
	);
	const { text, html } = writeLetter(of ?? assert.fail(), english);
	assert.match(text, /taken this e-mail address away from @alice:example\.org[\s\S]*turn to them/);
	for (const written of [text, html]) assert.doesNotMatch(written, /https?:|href/);
});
