import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
	localpartOf,
	makeUserId,
	parseDeviceId,
	parseLocalpart,
	parseUserId,
	serverNameOf,
} from "./index.ts";

const server = "example.org";

describe("a new account's localpart (appendices, User Identifiers)", () => {
	for (const text of ["alice", "a", "0a", "a.b_c=d-e/f+g", "1-2", "x".repeat(255 - "@:example.org".length)])
		test(`may be ${text.slice(0, 20)}`, () =>
			assert.deepEqual(parseLocalpart(text, server), { ok: true, value: text }));

	for (const text of [
		"",
		"Alice",
		"_bridge",
		"12345",
		"a b",
		"a:b",
		"@alice",
		"ä",
		"аlice",
		"a\n",
		"a\u0000",
		"a%41",
		"x".repeat(243),
		null,
		1,
		["a"],
	])
		test(`may not be ${JSON.stringify(text).slice(0, 20)}`, () => {
			const parsed = parseLocalpart(text, server);
			assert.equal(parsed.ok ? "accepted" : parsed.refusal.errcode, "M_INVALID_USERNAME");
		});
});

test("what is wrong with a localpart is told by name", () => {
	const faults = ["", "Alice", "_alice", "123", "x".repeat(250)].map((text) => {
		const parsed = parseLocalpart(text, server);
		return parsed.ok ? "none" : parsed.fault;
	});
	assert.deepEqual(faults, ["empty", "characters", "underscore", "digits", "too-long"]);
});

describe("a user id", () => {
	for (const text of [
		"@alice:example.org",
		"@Alice!#:example.org:8448",
		"@_bot:localhost",
		"@a:127.0.0.1",
		"@a:[2001:db8::1]:1",
	])
		test(`may be ${text}`, () => assert.deepEqual(parseUserId(text), { ok: true, value: text }));

	for (const text of [
		"",
		"alice",
		"alice:example.org",
		"@alice",
		"@alice:",
		"@:example.org",
		"@a b:example.org",
		"@ä:example.org",
		"@a:exa mple.org",
		"@a:example.org/",
		"@a:example.org:port",
		"@a:example.org\n",
		"@a:b:c:d",
		`@${"a".repeat(250)}:b.org`,
		null,
		{ toString: () => "@alice:example.org" },
	])
		test(`may not be ${JSON.stringify(text).slice(0, 24)}`, () => {
			const parsed = parseUserId(text);
			assert.equal(parsed.ok ? "accepted" : parsed.refusal.errcode, "M_INVALID_PARAM");
		});

	test("comes apart where it was put together", () => {
		const letter = fc.constantFrom(..."abcxyz._=/+-");
		fc.assert(
			fc.property(
				fc.string({ unit: letter, maxLength: 40 }),
				fc.constantFrom(server, "h:1", "[::1]:2"),
				(text, host) => {
					const localpart = parseLocalpart(text, host);
					if (!localpart.ok) return;
					const userId = makeUserId(localpart.value, host);
					assert.deepEqual(parseUserId(userId), { ok: true, value: userId });
					assert.deepEqual([localpartOf(userId), serverNameOf(userId)], [text, host]);
				},
			),
		);
	});
});

describe("a device id", () => {
	for (const text of ["A", "DEVICEAAAA", "#[]^`{}~!", "x".repeat(255)])
		test(`may be ${text.slice(0, 12)}`, () =>
			assert.deepEqual(parseDeviceId(text), { ok: true, value: text }));

	for (const text of ["", " ", "a b", 'a"b', "a\\b", "ä", "a\n", "\u007f", "x".repeat(256), null, 7])
		test(`may not be ${JSON.stringify(text).slice(0, 12)}`, () => {
			const parsed = parseDeviceId(text);
			assert.equal(parsed.ok ? "accepted" : parsed.refusal.errcode, "M_INVALID_PARAM");
		});
});

test("no input crashes the identifier parsers", () => {
	fc.assert(
		fc.property(fc.anything(), (input) => {
			for (const parsed of [parseUserId(input), parseDeviceId(input), parseLocalpart(input, server)])
				assert.ok(!parsed.ok || parsed.value === input);
		}),
	);
});
