import assert from "node:assert/strict";
import { test } from "node:test";
import { english } from "../../words/index.ts";
import { backupAdvice } from "./reset-consequences.ts";

const said = (asking: Parameters<typeof backupAdvice>[0]) =>
	backupAdvice(asking, 1_000)?.markup(english) ?? "";

test("after an end it is said what came back, and how many keys the backup holds", () => {
	assert.equal(
		said({ putBack: "whole", backup: { state: "there", keys: 7 } }),
		"<p>What your app had removed is back, and your recovery key works as before. Your backup holds 7 message keys.</p>",
	);
	for (const backup of [undefined, { state: "never" }] as const)
		assert.match(said({ putBack: "whole", backup }), /works as before\.<\/p>$/, "no backup is made up");
});

test("after an end it is said what did not come back, and where it is kept", () => {
	assert.match(
		said({ putBack: "in-part" }),
		/Secret storage was changed meanwhile and stays as it is now\. Whatever else your app had removed is back\./,
	);
	const aside = said({ putBack: "aside" });
	assert.match(aside, /The backup of your message keys is back\. Secret storage was changed meanwhile/);
	assert.match(aside, /<a href="\/account\/kept">what your old recovery key opens<\/a> is kept/);
});

test("after an end what is not back yet comes back by itself: nobody has to decide about it", () => {
	const waits = said({ backup: { state: "held", keys: 7 } });
	assert.match(waits, /still holds the backup of 7 message keys[^<]*comes back by itself/);
	assert.doesNotMatch(waits, /until you decide/);
});
