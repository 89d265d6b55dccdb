import assert from "node:assert/strict";
import { test } from "node:test";
import { isProof, makeProof } from "./proof.ts";

const now = Date.parse("2026-06-01T12:00:00Z");
const secret = "a-secret-of-two-servers";
const at = (ms: number) => ({ secret, clock: () => ms });

test("a proof is one for a minute, with the secret it was made from", () => {
	const proof = makeProof(secret, () => now);
	assert.ok(isProof(proof, at(now)));
	assert.ok(isProof(proof, at(now + 59_000)));
	assert.ok(!isProof(proof, at(now + 61_000)), "too old");
	assert.ok(!isProof(proof, at(now - 61_000)), "from the future");
	assert.ok(!isProof(proof, { secret: "another-secret-as-long", clock: () => now }));
	assert.ok(!proof.includes(secret));
});

test("a proof that was changed in any place is none", () => {
	const proof = makeProof(secret, () => now);
	for (let index = 0; index < proof.length - 1; index += 1) {
		const other = proof[index] === "1" ? "2" : "1";
		const changed = `${proof.slice(0, index)}${other}${proof.slice(index + 1)}`;
		assert.ok(!isProof(changed, at(now)), changed);
	}
	for (const malformed of [
		"",
		".",
		"..",
		`${proof}A`,
		` ${proof}`,
		`${proof}\n`,
		`-${proof}`,
		proof.toLowerCase(),
	])
		assert.ok(!isProof(malformed, at(now)), malformed);
});

test("two proofs of one moment differ", () => {
	assert.notEqual(
		makeProof(secret, () => now),
		makeProof(secret, () => now),
	);
});
