import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { DataDirectoryInUse, lockDirectory } from "./lock.ts";

test("a data directory has one server at a time, and a killed one frees it", async (t) => {
	const directory = mkdtempSync(join(tmpdir(), "countersign-lock-"));
	// Nothing there refers to the lock any more when the memory is cleared.
	const holder = spawn(process.execPath, [
		"--expose-gc",
		"--input-type=module-typescript",
		"--eval",
		`import { lockDirectory } from ${JSON.stringify(new URL("lock.ts", import.meta.url).href)};
		lockDirectory(${JSON.stringify(directory)});
		for (let time = 0; time < 3; time++) {
			await new Promise((resolve) => setTimeout(resolve, 20));
			gc();
		}
		console.log("held");
		setInterval(() => {}, 1000);`,
	]);
	t.after(() => holder.kill("SIGKILL"));
	await once(holder.stdout, "data");
	const closed = t.mock.method(DatabaseSync.prototype, "close");
	assert.throws(() => lockDirectory(directory), DataDirectoryInUse);
	assert.equal(closed.mock.callCount(), 1, "who is refused keeps no file open");
	holder.kill("SIGKILL");
	await once(holder, "exit");
	lockDirectory(directory).release();
});
