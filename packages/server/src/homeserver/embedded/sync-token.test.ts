import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSyncToken, parseSyncToken } from "./sync-token.ts";

test("a token is read back as the point it was made of", () => {
	for (const [messages, rest] of [
		[0, 0],
		[1, 1],
		[42, 42],
		[0, 1],
		[41, 42],
		[999_999_999_999_998, 999_999_999_999_999],
	] as const) {
		const point = { messages, rest };
		assert.deepEqual(parseSyncToken(makeSyncToken(point)), { ok: true, value: point });
	}
});

test("a token of a version that knew one position is read as before", () => {
	assert.deepEqual(parseSyncToken("s42"), { ok: true, value: { messages: 42, rest: 42 } });
});

const none = ["", "s", "1", "s01", "s-1", "s1.5", "s1e3", " s1", "s1\n", "S1", `s${"9".repeat(16)}`];
const neither = ["s1_", "s_1", "s1_1", "s2_1", "s1_02", "s1_2_3", `s1_${"9".repeat(16)}`];
for (const text of [...none, ...neither]) {
	test(`${JSON.stringify(text)} is no token`, () => {
		const parsed = parseSyncToken(text);
		assert.equal(parsed.ok ? "accepted" : parsed.refusal.errcode, "M_INVALID_PARAM");
	});
}
