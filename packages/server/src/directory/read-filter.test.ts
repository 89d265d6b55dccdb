import assert from "node:assert/strict";
import { test } from "node:test";
import { BerReader, BerWriter, FilterParser } from "ldapts";
import { filterOfName, filterOfSubject } from "./filters.ts";
import { readFilter } from "./read-filter.ts";

/** What goes out, in hexadecimal. */
function sent(text: string): string {
	const writer = new BerWriter();
	readFilter(text).write(writer);
	return writer.buffer.toString("hex");
}

const hex = (text: string) => Buffer.from(text).toString("hex");

test("an id of Active Directory goes out as its sixteen bytes", () => {
	const guid = "00ff7fc328a9c3bc80e29f41d8c2b0fe";
	const by = { filter: "(uid={username})", idAttribute: "objectGUID" };
	assert.equal(sent(filterOfSubject(by, guid)), `a31e040a${hex("objectGUID")}0410${guid}`);
	assert.ok(sent(filterOfSubject({ ...by, requiredFilter: "(a=b)" }, guid)).includes(`0410${guid}`));
});

test("a name goes out as it was typed, in UTF-8", () => {
	const by = { filter: "(uid={username})", idAttribute: "entryUUID" };
	for (const name of ["jürgen", "müller@büro.example", "😀", "a*(b)\\", "é\u0000"])
		assert.ok(sent(filterOfName(by, name)).endsWith(hex(name)), name);
});

test("what the operator escaped, or did not, goes out as the same, wherever a filter has a value", () => {
	const tails = { "=": "=", ">=": ">=", "<=": "<=", "~=": "~=", ":dn:2.5.13.5:=": ":dn:2.5.13.5:=" };
	for (const how of Object.values(tails)) {
		assert.equal(sent(`(ou${how}b\\c3\\bcro)`), sent(`(ou${how}büro)`));
		assert.ok(sent(`(!(|(a=b)(ou${how}b\\c3\\bcro)))`).includes(hex("büro")));
	}
	const parts = sent("(ou=\\c3\\a4*ö*\\2a*\\c3\\bc)");
	for (const part of ["ä", "ö", "*", "ü"]) assert.ok(parts.includes(hex(part)), part);
	const group = "(&(memberOf=cn=matrix,ou=groups)(!(userAccountControl:1.2.840.113556.1.4.803:=2))(mail=*))";
	const plain = new BerWriter();
	FilterParser.parseString(group).write(plain);
	assert.equal(sent(group), plain.buffer.toString("hex"));
});

test("bytes that are no text go out as they are where something equals them, and are refused elsewhere", () => {
	assert.ok(sent("(objectSid=\\01\\05\\ff)").endsWith("04030105ff"));
	assert.throws(() => readFilter("(!(objectSid>=\\ff))"));
	assert.throws(() => readFilter("(objectSid=\\ff*)"));
});

test("what goes out is one filter", () => {
	const reader = new BerReader(Buffer.from(sent("(&(uid=\\c3\\bc)(|(a=b)(c=d*e)))"), "hex"));
	assert.equal(FilterParser.parse(reader).toString(), "(&(uid=ü)(|(a=b)(c=d*e)))");
});
