import assert from "node:assert/strict";
import { test } from "node:test";
import { bearerIn, bearerOf } from "./bearer.ts";

test("the token is what stands after the scheme, however that is written", () => {
	for (const header of ["Bearer mat_x", "bearer mat_x", "BEARER   mat_x", "Bearer mat_x "])
		assert.equal(bearerIn(header), "mat_x", header);
});

test("tokens of others may hold any character that is seen", () => {
	assert.equal(bearerIn("Bearer a,b!c~=="), "a,b!c~==");
});

test("nothing else is a token", () => {
	for (const header of [
		...[undefined, null, "", "Bearer", "Bearer ", "mat_x", "Basic mat_x", "Bearermat_x", "x Bearer mat_x"],
		...[
			"Bearer mat_x y",
			"Bearer mat_x, Bearer mat_y",
			"Bearer mat_x\ty",
			"Bearer mat_\u00e4",
			"Bearer mat_x\n",
		],
	])
		assert.equal(bearerIn(header), undefined, String(header));
});

test("a token in the query is refused, alone and beside a good header, however it is spelled", () => {
	const authorization = "Bearer mat_x";
	for (const query of [
		"access_token=mat_y",
		"a=1&access_token",
		"access%5Ftoken=mat_y",
		"a=1&%61ccess_token=",
	])
		for (const header of [authorization, undefined])
			assert.equal(bearerOf({ authorization: header, url: `/_matrix?${query}` }), undefined, query);
});

test("other parameters are nobody's token", () => {
	const authorization = "Bearer mat_x";
	for (const url of [
		"/_matrix",
		"/_matrix?",
		"/_matrix?user_id=x&ACCESS_TOKEN=y&a=access_token",
		"/access_token",
	])
		assert.equal(bearerOf({ authorization, url }), "mat_x", url);
});
