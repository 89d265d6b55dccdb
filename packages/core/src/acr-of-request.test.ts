import assert from "node:assert/strict";
import { test } from "node:test";
import { acrOfRequest, namesRequest, requestOfAcr } from "./acr-of-request.ts";

test("the context that asks for a request names it again, among others too", () => {
	const acr = acrOfRequest("ref-1");
	assert.equal(acr, "urn:countersign:acr:approved:ref-1");
	assert.equal(requestOfAcr(["urn:example:other", acr]), "ref-1");
	assert.ok(namesRequest(["urn:example:other", acr]));
});

test("none names no request, and two of them leave open which is meant", () => {
	for (const values of [[], ["ref-1"], ["urn:countersign:acr:approved"]]) {
		assert.equal(requestOfAcr(values), undefined);
		assert.equal(namesRequest(values), false);
	}
	const two = [acrOfRequest("ref-1"), acrOfRequest("ref-2")];
	assert.equal(requestOfAcr(two), undefined);
	assert.ok(namesRequest(two), "though they are of that kind");
});
