import assert from "node:assert/strict";
import { test } from "node:test";
import { keys } from "../test/vectors.ts";
import { keyFingerprint } from "./index.ts";

test("a fingerprint is the key in groups of four", () => {
	assert.equal(keyFingerprint(keys.MSK2.publicKey), "zRSz f5Vu lTGU /3+3 Oz2B 3MVh 1hp1 OAlL fD4a ZD7l 86o");
});

test("different keys have different fingerprints", () => {
	const all = Object.values(keys).map(({ publicKey }) => keyFingerprint(publicKey));
	assert.equal(new Set(all).size, all.length);
});
