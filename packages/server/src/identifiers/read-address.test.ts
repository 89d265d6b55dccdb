import assert from "node:assert/strict";
import { test } from "node:test";
import { readAddress } from "./read-address.ts";

test("spellings of one address have one key", () => {
	for (const [typed, address] of [
		["alice@example.org", "alice@example.org"],
		[" Alice@Example.ORG\n", "Alice@example.org"],
		["ali\u200bce@exam\u00adple.org", "alice@example.org"],
		["alice@\uff25xample.org", "alice@example.org"],
	] as const)
		assert.deepEqual(readAddress(typed), { address, key: "alice@example.org" }, typed);
	assert.deepEqual(readAddress("a.b+c@b\u00fccher.example"), {
		address: "a.b+c@xn--bcher-kva.example",
		key: "a.b+c@xn--bcher-kva.example",
	});
});

const none = [
	...["", "alice", "@alice:example.org", "alice@", "@example.org", "alice@localhost", "alice@example."],
	...["alice@127.0.0.1@", "a b@example.org", '"a b"@example.org', "alice@exa mple.org", "a@b@example.org"],
	...[
		"alice@example.org, bob@example.org",
		"Alice <alice@example.org>",
		"alice@[127.0.0.1]",
		"al..ice@x.org",
	],
	...[".alice@x.org", "alice.@x.org", "alice@-x.org", "alice@x_.org", "alice@x..org", "mailto:alice@x.org"],
	...["alice@127.0.0.1", "alice@16843009", "alice@0x7f.1"],
	// The dotless i and the long s are an i and an s in the other case.
	...["al\u0131ce@example.org", "alice@example.org\r\nBcc: eve@example.org", "a\u017f@example.org"],
	`${"a".repeat(65)}@example.org`,
	`alice@${"x.".repeat(126)}org`,
];
for (const text of none)
	test(`no address: ${JSON.stringify(text).slice(0, 60)}`, () => {
		assert.equal(readAddress(text), undefined);
	});

test("the longest there is", () => {
	const host = `${"x".repeat(63)}.${"y".repeat(63)}.${"z".repeat(57)}.org`;
	assert.equal(readAddress(`${"a".repeat(64)}@${host}`)?.address.length, 254);
	assert.equal(readAddress(`${"a".repeat(64)}@x${host}`), undefined);
});
