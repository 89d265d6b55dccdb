import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { DataDirectoryInUse, lockDirectory } from "./lock.ts";

test("a data directory has one server at a time, and a killed one frees it", async () => {
	const directory = mkdtempSync(join(tmpdir(), "countersign-lock-"));
	const holder = spawn(process.execPath, [
		"--input-type=module-typescript",
		"--eval",
		`import { lockDirectory } from ${JSON.stringify(new URL("lock.ts", import.meta.url).href)};
		lockDirectory(${JSON.stringify(directory)}); console.log("held"); setInterval(() => {}, 1000);`,
	]);
	await once(holder.stdout, "data");
	assert.throws(() => lockDirectory(directory), DataDirectoryInUse);
	holder.kill("SIGKILL");
	await once(holder, "exit");
	lockDirectory(directory).release();
});
