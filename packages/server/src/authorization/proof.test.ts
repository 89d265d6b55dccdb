import assert from "node:assert/strict";
import { test } from "node:test";
import { proofNeededSince } from "./proof.ts";

test("an app decides how fresh the proof has to be, and nonsense is the strictest", () => {
	assert.equal(proofNeededSince({}, 100_000), undefined);
	assert.equal(proofNeededSince({ prompt: "consent" }, 100_000), undefined);
	assert.equal(proofNeededSince({ prompt: "login consent" }, 100_000), 100_000);
	assert.equal(proofNeededSince({ asked_max_age: "30" }, 100_000), 70_000);
	assert.equal(proofNeededSince({ asked_max_age: "30", prompt: "login" }, 100_000), 100_000);
	assert.equal(proofNeededSince({ asked_max_age: "-1" }, 100_000), 100_000);
	assert.equal(proofNeededSince({ asked_max_age: "soon" }, 100_000), 100_000);
});
