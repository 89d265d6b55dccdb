import assert from "node:assert/strict";
import { test } from "node:test";
import { createWayBack } from "./way-back.ts";

const publicBase = "https://account.example.org/";
const elsewhere = createWayBack({ publicBase, homeserverBase: "https://matrix.example.org/" });
const here = createWayBack({ publicBase, homeserverBase: publicBase });

test("beside a homeserver on another origin a visit goes to these pages and comes back to its origin", () => {
	const there = new URL(elsewhere.there("a b"));
	assert.equal(there.origin, new URL(publicBase).origin);
	assert.equal(there.pathname, "/account/reset/a%20b");
	assert.ok(elsewhere.isAsked(there.searchParams.get("from") ?? undefined));
	const { origin, searchParams } = new URL(elsewhere.back({ uiaSession: "s&x=1" }));
	assert.equal(origin, "https://matrix.example.org");
	assert.deepEqual([...searchParams], [["session", "s&x=1"]]);
});

test("on one origin nothing comes back, whatever the address says", () => {
	assert.equal(here.isAsked("fallback"), false);
	assert.equal(here.there("reference"), "/account/reset/reference");
	assert.equal(here.there(undefined), "/account/reset");
});

test("no address brings a place of its own", () => {
	for (const from of ["https://evil.example/", "//evil.example", "Fallback", "", undefined]) {
		assert.equal(elsewhere.isAsked(from), false, String(from));
	}
});
