import assert from "node:assert/strict";
import { test } from "node:test";
import { postgres } from "./postgres.ts";

test("POSTGRES_BIN is believed alone, and only when PostgreSQL's programs are there", () => {
	const missing = postgres({ POSTGRES_BIN: import.meta.dirname });
	assert.equal(missing.available, false);
	assert.match(String(missing.skip), /PostgreSQL is not installed.*apt-get install postgresql/);
});

test("PostgreSQL that is missing fails where everything is required", () => {
	const env = { POSTGRES_BIN: import.meta.dirname, COUNTERSIGN_REQUIRE: "all" };
	assert.throws(() => postgres(env), /apt-get install postgresql/);
});
