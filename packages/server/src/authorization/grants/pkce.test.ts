import assert from "node:assert/strict";
import { test } from "node:test";
import { answersChallenge, isVerifier } from "./pkce.ts";

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

test("the example of RFC 7636 appendix B is answered, and nothing near it", () => {
	assert.ok(answersChallenge(verifier, challenge));
	assert.ok(!answersChallenge(challenge, challenge));
	assert.ok(!answersChallenge(verifier, verifier));
	assert.ok(!answersChallenge(verifier.replace("d", "e"), challenge));
	assert.ok(!answersChallenge(verifier, ""));
});

test("a verifier has 43 to 128 unreserved characters", () => {
	assert.ok(isVerifier(verifier));
	assert.ok(isVerifier("~".repeat(128)));
	for (const wrong of ["", "x".repeat(42), "x".repeat(129), `${verifier}\n`, `${verifier}=`, `${verifier}é`])
		assert.ok(!isVerifier(wrong), JSON.stringify(wrong));
});
