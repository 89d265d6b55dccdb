import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSyncToken, parseSyncToken } from "./sync-token.ts";

test("a token is read back as the position it was made of", () => {
	for (const position of [0, 1, 42, 999_999_999_999_999])
		assert.deepEqual(parseSyncToken(makeSyncToken(position)), { ok: true, value: position });
});

for (const text of ["", "s", "1", "s01", "s-1", "s1.5", "s1e3", " s1", "s1\n", "S1", `s${"9".repeat(16)}`]) {
	test(`${JSON.stringify(text)} is no token`, () => {
		const parsed = parseSyncToken(text);
		assert.equal(parsed.ok ? "accepted" : parsed.refusal.errcode, "M_INVALID_PARAM");
	});
}
