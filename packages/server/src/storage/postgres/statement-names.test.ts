import assert from "node:assert/strict";
import { test } from "node:test";
import { createStatementNames } from "./statement-names.ts";

test("a statement keeps its name, and no other one has it", () => {
	const nameOf = createStatementNames();
	const names = Array.from({ length: 512 }, (_, at) => nameOf(`SELECT ${at}`));
	assert.equal(new Set(names).size, 512);
	assert.deepEqual(
		Array.from({ length: 512 }, (_, at) => nameOf(`SELECT ${at}`)),
		names,
	);
});

test("beyond those that are kept, a statement has none, and those that have one keep it", () => {
	const nameOf = createStatementNames();
	for (let at = 0; at < 512; at += 1) nameOf(`SELECT ${at}`);
	assert.equal(nameOf("SELECT 512"), undefined);
	assert.equal(nameOf("SELECT 0"), "s0");
});

test("one database that fills its names up takes none from another", () => {
	const [full, other] = [createStatementNames(), createStatementNames()];
	for (let at = 0; at < 600; at += 1) full(`SELECT ${at}`);
	assert.equal(typeof other("SELECT 600"), "string");
});
