import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { clientErrorCode } from "./index.ts";

test("for every code the README says what to do", async () => {
	const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
	const rows = readme.split("\n").filter((line) => line.startsWith("| `"));
	const named = rows.flatMap((row) =>
		[...(row.split("|")[1] ?? "").matchAll(/`([a-z-]+)`/g)].map(([, code]) => code),
	);
	assert.deepEqual(named.sort(), Object.values(clientErrorCode).sort());
});
