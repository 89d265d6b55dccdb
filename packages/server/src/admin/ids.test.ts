import assert from "node:assert/strict";
import { test } from "node:test";
import { idOfParts, partsOfId } from "./ids.ts";

test("an id is read back as the parts it was made of, and nothing else is one", () => {
	const id = idOfParts("01J0000000E008000000000061", "a@example.org");
	assert.match(id, /^[\w-]+$/);
	assert.deepEqual(partsOfId(id, 2), ["01J0000000E008000000000061", "a@example.org"]);
	const encode = (text: string) => Buffer.from(text).toString("base64url");
	for (const other of [
		"",
		"x",
		id.slice(1),
		encode("{}"),
		encode('["a"]'),
		encode('["a",1]'),
		encode('["a","\\u0000"]'),
	])
		assert.equal(partsOfId(other, 2), undefined, other);
	assert.equal(partsOfId(id, 3), undefined);
});
