import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId } from "@countersign/core";
import type { HowProved } from "./acts.ts";
import { presenceProof } from "./proof.ts";
import { createProofCookie } from "./proof-cookie.ts";

const at = 1_800_000_000_000;
const key = new Uint8Array(32).fill(1);
const session = presenceProof({
	...{ how: "password", at, accountId: asAccountId("alice"), browser: "browser", generation: 3 },
});
const later = { ...session, how: "passkey", at: at + 1 } as const;

function place(now = at + 1) {
	return createProofCookie({ key, clock: () => now });
}

describe("the cookie of a proof", () => {
	test("says which way, and when, to the millisecond; all else is of the session", () => {
		const ways: readonly HowProved[] = [
			...(["password", "password-and-code", "password-and-recovery-code", "passkey"] as const),
			...(["upstream", "upstream-and-code", "upstream-and-recovery-code"] as const),
		];
		for (const how of ways)
			assert.deepEqual(place().open(place().seal({ ...later, how, generation: 2 }), session), {
				...{ ...session, how, at: at + 1 },
				// A session that began so has no cookie: only who went there since has one.
				...(how === "upstream" && { isAnew: true }),
			});
		assert.match(place().seal(later), /^[\w-]{55}$/);
	});

	test("is for its account and its browser session alone, under this server's key", () => {
		const { seal, open } = place();
		const other = { ...session, browser: "another" };
		assert.equal(open(seal(later), other), other);
		const bob = { ...session, accountId: asAccountId("bob") };
		assert.equal(open(seal(later), bob), bob);
		// Where one ends and the other begins is not in doubt.
		const moved = { ...session, accountId: asAccountId("aliceb"), browser: "rowser" };
		assert.equal(open(seal(later), moved), moved);
		const elsewhere = createProofCookie({ key: new Uint8Array(32).fill(2), clock: () => at + 1 });
		assert.equal(open(elsewhere.seal(later), session), session);
	});

	test("of another time or way than was sealed is none", () => {
		const { seal, open } = place();
		const bytes = Buffer.from(seal(later), "base64url");
		for (let at = 0; at < bytes.length; at++) {
			const forged = Buffer.from(bytes);
			forged[at] = (forged[at] ?? 0) ^ 1;
			assert.equal(open(forged.toString("base64url"), session), session, `${at}`);
		}
		for (const none of [undefined, "", "x", seal(later).slice(0, -2), `${seal(later)}AA`])
			assert.equal(open(none, session), session);
	});

	test("gives way to a session that is younger, and says nothing of a time that is still to come", () => {
		const { seal, open } = place();
		const younger = { ...session, at: at + 2 };
		assert.equal(open(seal(later), younger), younger);
		assert.equal(open(seal(later), { ...session, at: at + 1 }).how, "passkey");
		const early = { ...later, at: at + 5_002 };
		assert.equal(open(seal(early), session), session);
	});
});
