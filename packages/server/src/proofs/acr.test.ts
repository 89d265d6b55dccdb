import assert from "node:assert/strict";
import { test } from "node:test";
import { acrOf, acrValues } from "./acr.ts";

const [one, two] = acrValues;
const strong = [
	...(["password-and-code", "password-and-recovery-code", "passkey"] as const),
	...(["upstream-and-code", "upstream-and-recovery-code"] as const),
];

test("the values are written down where other programs compare them", () => {
	assert.deepEqual(acrValues, ["urn:countersign:acr:one-factor", "urn:countersign:acr:two-factors"]);
});

test("without a wish of ours it is said what was shown, and nothing that was wished", () => {
	for (const asked of [[], [""], ["urn:okta:loa:2fa:any"], [`${two} `], [two.toUpperCase()], ["toString"]]) {
		assert.equal(acrOf("password", asked), one);
		assert.equal(acrOf("upstream", asked), one);
		for (const how of strong) assert.equal(acrOf(how, asked), two);
	}
});

test("of what was asked for the first that was reached is said: two factors are one as well", () => {
	for (const how of strong) {
		assert.equal(acrOf(how, [one, two]), one);
		assert.equal(acrOf(how, ["urn:other", two, one]), two);
	}
	assert.equal(acrOf("password", [two, one]), one);
});

test("what was asked for and not reached is not said", () => {
	assert.equal(acrOf("password", [two]), undefined);
	assert.equal(acrOf("password", [two, "urn:other"]), undefined);
});
