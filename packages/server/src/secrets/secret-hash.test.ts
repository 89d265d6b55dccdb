import assert from "node:assert/strict";
import { test } from "node:test";
import { secretHash } from "./secret-hash.ts";

test("what is stored of a secret stays the same from version to version", () => {
	assert.equal(secretHash("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
});
