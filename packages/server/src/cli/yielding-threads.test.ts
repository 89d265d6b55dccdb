import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { getPriority } from "node:os";
import { test } from "node:test";
import { letHashingYield } from "./yielding-threads.ts";

test("threads that hash passwords give way, and the one that answers does not", {
	skip: skipped(),
}, async () => {
	const before = getPriority();
	await readFile(import.meta.filename);
	letHashingYield();
	const named = readdirSync("/proc/self/task").map(
		(id) => [readFileSync(`/proc/self/task/${id}/comm`, "utf8").trim(), getPriority(Number(id))] as const,
	);
	const hashing = named.filter(([name]) => name === "libuv-worker").map(([, priority]) => priority);
	assert.ok(hashing.length > 0);
	assert.deepEqual(new Set(hashing), new Set([Math.min(before + 10, 19)]));
	assert.equal(getPriority(), before);
});

function skipped(): string | false {
	return process.platform === "linux" ? false : "threads have priorities of their own on Linux alone";
}
