import assert from "node:assert/strict";
import { test } from "node:test";
import { isOneMessage } from "./connect.ts";
import { escapeValue, filterOfName, filterOfSubject } from "./filters.ts";

test("nothing but letters and digits stands in a filter as it was typed", () => {
	assert.equal(escapeValue("Ab9"), "Ab9");
	assert.equal(escapeValue("*()\\\u0000 "), "\\2a\\28\\29\\5c\\00\\20");
	assert.equal(escapeValue("é😀"), "\\c3\\a9\\f0\\9f\\98\\80");
	assert.equal(escapeValue("\ud800"), "\\ef\\bf\\bd", "half a letter is one that cannot be read");
});

test("a name stands wherever the filter has it, whatever it means to a replacement, and the condition holds besides", () => {
	const filter = "(|(uid={username})(mail={username}))";
	const by = { filter, idAttribute: "entryUUID" };
	assert.equal(filterOfName(by, "$&"), "(|(uid=\\24\\26)(mail=\\24\\26))");
	assert.equal(filterOfName({ ...by, requiredFilter: "(a=b)" }, "x"), "(&(|(uid=x)(mail=x))(a=b))");
	assert.equal(filterOfName(by, "{username}"), "(|(uid=\\7busername\\7d)(mail=\\7busername\\7d))");
});

test("an id is looked for as it is kept, with the condition; Active Directory's as its bytes", () => {
	const by = { filter: "(uid={username})", requiredFilter: "(a=b)" };
	assert.equal(
		filterOfSubject({ ...by, idAttribute: "entryUUID" }, "1-a*"),
		"(&(entryUUID=1\\2da\\2a)(a=b))",
	);
	assert.equal(
		filterOfSubject({ ...by, idAttribute: "objectGuid" }, "00ff2a"),
		"(&(objectGuid=\\00\\ff\\2a)(a=b))",
	);
});

test("an answer to STARTTLS with anything behind it, or missing of it, is none", () => {
	const answer = Buffer.from("300c02010178070a010004000400", "hex");
	assert.ok(isOneMessage(answer));
	assert.ok(!isOneMessage(Buffer.concat([answer, Buffer.from([0x30])])));
	assert.ok(!isOneMessage(answer.subarray(0, -1)));
	assert.ok(!isOneMessage(Buffer.alloc(0)));
	assert.ok(!isOneMessage(Buffer.from([0x31, 0])));
	const long = Buffer.concat([Buffer.from([0x30, 0x82, 0x01, 0x00]), Buffer.alloc(256)]);
	assert.ok(isOneMessage(long));
	assert.ok(!isOneMessage(Buffer.concat([long, Buffer.alloc(1)])));
	for (const odd of [
		[0x30, 0x80],
		[0x30, 0x82, 0],
		[0x30, 0x85, 0, 0, 0, 0, 0],
	])
		assert.ok(!isOneMessage(Buffer.from(odd)));
});
