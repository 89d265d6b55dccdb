import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readName } from "./read-name.ts";

/** What a new account of that name would be called. */
function nameIn(text: string, serverName: string): string | undefined {
	const read = readName(text, serverName);
	return read.ok ? read.localpart : undefined;
}

describe("a name as it is typed", () => {
	for (const text of [
		"anna",
		" anna ",
		"Anna",
		"ANNA",
		"@anna",
		"@anna:localhost",
		"@anna:LOCALHOST",
		"anna:localhost",
		"@anna :localhost",
		" Anna:LocalHost\n",
		"mxid:@anna:localhost",
		"MXID:anna",
		"\u200banna",
		"an\u200ena",
		"\u2068@anna:localhost\u2069",
		"@anna\u200b:local\u00adhost",
		"\ufeffanna\u0000",
		"\u202e anna\u202c",
		"\u00a0anna\u3000",
	])
		test(`${JSON.stringify(text)} is anna`, () => assert.equal(nameIn(text, "localhost"), "anna"));

	for (const [server, text] of [
		["example.org:8448", "@anna:example.org:8448"],
		["[::1]:80", "anna:[::1]:80"],
		["Example.org", "anna:example.ORG"],
	] as const)
		test(`${text} is anna on ${server}`, () => assert.equal(nameIn(text, server), "anna"));

	for (const text of [
		"@anna:example.org",
		"anna:example.org",
		"@anna:localhost:8448",
		"@anna:",
		"anna:localhost.",
		"anna:local host",
		"mxid:@anna:example.org",
	])
		test(`${JSON.stringify(text)} is on another server`, () =>
			assert.deepEqual(readName(text, "localhost"), { ok: false, reason: "elsewhere" }));

	for (const [text, localpart] of [
		["", ""],
		["@", ""],
		["@@anna", "@anna"],
		["an na", "an na"],
		["anna@example.org", "anna@example.org"],
		["mxid", "mxid"],
		["a\u0430", "a\u0430"],
	] as const)
		test(`${JSON.stringify(text)} is no more than ${JSON.stringify(localpart)}`, () =>
			assert.equal(nameIn(text, "localhost"), localpart));

	for (const [text, written] of [
		["Anna", "Anna"],
		["@ANNA:localhost", "ANNA"],
		[" MXID:anNa ", "anNa"],
		["@anna:LocalHost", "anna"],
	] as const)
		test(`${JSON.stringify(text)} is written ${written}`, () =>
			assert.deepEqual(readName(text, "localhost"), { ok: true, localpart: "anna", written }));
});
