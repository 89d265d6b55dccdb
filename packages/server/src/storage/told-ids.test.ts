import assert from "node:assert/strict";
import { test } from "node:test";
import { toldId } from "./told-ids.ts";

test("an id that is told is a ULID, the same each time, and another for whatever differs", () => {
	const ids = [
		toldId("address", "01J0000000E008000000000061", "a@example.org"),
		toldId("address", "01J0000000E008000000000061", "b@example.org"),
		toldId("link", "01J0000000E008000000000061", "a@example.org"),
		toldId("link", "01J0000000E008000000000061a", "@example.org"),
		toldId("app-session", "some-session"),
		toldId("browser-session", "some-session"),
	];
	assert.equal(new Set(ids).size, ids.length);
	for (const id of ids) assert.match(id, /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
	// It is stored: another way to make it would need a migration.
	assert.equal(ids[0], toldId("address", "01J0000000E008000000000061", "a@example.org"));
});

test("what is a ULID already stays what it is", () => {
	assert.equal(toldId("app-session", "01J0000000E008000000000061"), "01J0000000E008000000000061");
});
