import assert from "node:assert/strict";
import { test } from "node:test";
import { parseStepUp } from "./step-up.ts";

const errcode = "M_INSUFFICIENT_USER_AUTHENTICATION";

test("the example of MSC4363 is read, and the same under its unstable names", () => {
	const values = "urn:okta:loa:2fa:any urn:okta:loa:1fa:pwd";
	const offer = { acrValues: values, maxAge: 300 };
	assert.deepEqual(parseStepUp({ errcode, error: "no", acr_values: values, max_age: 300 }), offer);
	const unstable = { "org.matrix.msc4363.acr_values": values, "org.matrix.msc4363.max_age": 300 };
	assert.deepEqual(parseStepUp({ errcode: `org.matrix.msc4363.${errcode}`, ...unstable }), offer);
	assert.deepEqual(parseStepUp({ errcode, ...unstable }), {}, "each error has its own names");
	assert.deepEqual(parseStepUp({ errcode, scope: "a b", max_age: 0 }), { scope: "a b", maxAge: 0 });
});

test("anything else offers nothing, and what is of the wrong kind is left out", () => {
	for (const body of [
		undefined,
		null,
		[],
		"x",
		{},
		{ errcode: "M_FORBIDDEN", acr_values: "x" },
		{ errcode: [errcode] },
	])
		assert.equal(parseStepUp(body), undefined, JSON.stringify(body));
	for (const wrong of [-1, 1.5, "300", null, Number.MAX_VALUE])
		assert.deepEqual(parseStepUp({ errcode, max_age: wrong, acr_values: 1, scope: "" }), {}, String(wrong));
});
