import assert from "node:assert/strict";
import { test } from "node:test";
import { createStagePage } from "./stage-page.ts";

const publicBase = "https://account.example.org/";
const elsewhere = createStagePage({ publicBase, homeserverBase: "https://matrix.example.org/" });
const here = createStagePage({ publicBase, homeserverBase: publicBase });
const asked = { kind: "reset", reference: "a b", fromFallback: true } as const;

test("beside a homeserver on another origin a visit goes to these pages and comes back to its origin", () => {
	assert.equal(elsewhere.isElsewhere, true);
	assert.equal(elsewhere.here(asked), "https://account.example.org/account/reset/a%20b?from=fallback");
	const { origin, searchParams } = new URL(elsewhere.addressFor({ uiaSession: "s&x=1" }));
	assert.equal(origin, "https://matrix.example.org");
	assert.deepEqual([...searchParams], [["session", "s&x=1"]]);
});

test("on one origin a path is enough", () => {
	assert.equal(here.isElsewhere, false);
	assert.equal(here.here({ kind: "page", page: "reset" }), "/account/reset");
});
