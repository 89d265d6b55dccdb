import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { lockDirectory } from "./lock.ts";
import { openSqlite } from "./open.ts";
import { asUnusable, DataDirectoryUnusable } from "./unusable.ts";

const nobody = 65_534;

describe("the data folder", () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "countersign-unusable-"));
	});
	afterEach(() => rmSync(folder, { recursive: true }));

	const modes = () =>
		["lock", "countersign.db", "countersign.db-wal", "countersign.db-shm"].map((name) => {
			const path = join(folder, name);
			assert.ok(existsSync(path), name);
			return (statSync(path).mode & 0o777).toString(8);
		});

	test("holds no file that another user of the machine could open, also where one was open before", async () => {
		writeFileSync(join(folder, "lock"), "");
		chmodSync(join(folder, "lock"), 0o644);
		const lock = lockDirectory(folder);
		const storage = await openSqlite(folder);
		await storage.write((unit) => unit.settings.set("any", "value"));
		assert.deepEqual(modes(), ["600", "600", "600", "600"]);
		await storage.close();
		lock.release();
	});

	test("with a copy that root made is refused, with the command that gives it over", () => {
		const copy = join(folder, "countersign.db");
		writeFileSync(copy, "", { mode: 0o600 });
		const isRoot = process.getuid?.() === 0;
		if (isRoot) chownSync(folder, nobody, nobody);
		else chmodSync(copy, 0);
		// What root loads, nobody may use: the modules need not be where everybody can read.
		const { stdout } = spawnSync(
			process.execPath,
			[
				"--input-type=module-typescript",
				"--eval",
				`import { lockDirectory } from ${JSON.stringify(new URL("lock.ts", import.meta.url).href)};
				if (${isRoot}) { process.setgroups([]); process.setgid(${nobody}); process.setuid(${nobody}); }
				try { lockDirectory(${JSON.stringify(folder)}); } catch (error) { console.log(error.name, error.message); }`,
			],
			{ encoding: "utf8" },
		);
		assert.ok(stdout.startsWith(`DataDirectoryUnusable ${copy} cannot be written: `), stdout);
		if (isRoot)
			assert.match(
				stdout,
				new RegExp(`belongs to the user with the number 0, .*chown ${nobody} ${copy}\\n$`),
			);
	});

	test("on a read-only file system is refused as that", () => {
		const refused = asUnusable(folder, Object.assign(new Error("no"), { code: "EROFS" }));
		assert.ok(refused instanceof DataDirectoryUnusable);
		assert.equal(
			refused.message,
			`${folder} cannot be written: its file system is read-only. Make it writable, or put the data elsewhere.`,
		);
	});
});
