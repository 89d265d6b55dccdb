import assert from "node:assert/strict";
import { test } from "node:test";
import { asSessionId } from "@countersign/core";
import { isSignInTooOld } from "./recent.ts";

const now = 1_800_000_000_000;
const hours = 3_600_000;
const sessionId = asSessionId("phone");

const isTooOld = (signedInAt: number | undefined, provedAt?: number) =>
	isSignInTooOld({ clock: () => now, signedInAt: async () => signedInAt }, { sessionId, provedAt });

test("a sign-in is recent for two hours, and so is a proof for the token", async () => {
	assert.equal(await isTooOld(now), false);
	assert.equal(await isTooOld(now - 2 * hours + 1), false);
	assert.equal(await isTooOld(now - 2 * hours), true);
	assert.equal(await isTooOld(now - 9 * hours, now - 2 * hours + 1), false);
	assert.equal(await isTooOld(now - 9 * hours, now - 2 * hours), true);
});

test("what lies in the future is not recent, beyond what the clocks of two servers differ by", async () => {
	assert.equal(await isTooOld(now + 5_000), false);
	assert.equal(await isTooOld(now + 5_001), true);
	assert.equal(await isTooOld(now + 5_001, now - 1), false);
	assert.equal(await isTooOld(now - 9 * hours, now + 5_001), true);
});

test("where nobody signed in nobody is asked to again", async () => {
	assert.equal(await isTooOld(undefined), false);
	const deps = { clock: () => now, signedInAt: () => assert.fail("a program has no session") };
	assert.equal(await isSignInTooOld(deps, {}), false);
});
