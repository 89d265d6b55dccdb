import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
	chmodSync,
	chownSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
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

	test("with anything in it that root made is refused, with the command that gives it over", () => {
		const isRoot = process.getuid?.() === 0;
		const kinds = ["lock", "countersign.db", "countersign.db-wal", "countersign.db-shm", "."];
		const places = kinds.map((kind, index) => {
			const place = join(folder, `${index}`);
			mkdirSync(place);
			const ours = join(place, "lock");
			writeFileSync(ours, "", { mode: 0o600 });
			if (isRoot) for (const path of [place, ours]) chownSync(path, nobody, nobody);
			const theirs = join(place, kind);
			if (!existsSync(theirs)) writeFileSync(theirs, "", { mode: 0o600 });
			if (isRoot) chownSync(theirs, 0, 0);
			else chmodSync(theirs, kind === "." ? 0o500 : 0);
			return { place, theirs };
		});
		if (isRoot) chmodSync(folder, 0o711);
		// What root loads, nobody may use: the modules need not be where everybody can read.
		const { stdout } = spawnSync(
			process.execPath,
			[
				"--input-type=module-typescript",
				"--eval",
				`import { lockDirectory } from ${JSON.stringify(new URL("lock.ts", import.meta.url).href)};
				if (${isRoot}) { process.setgroups([]); process.setgid(${nobody}); process.setuid(${nobody}); }
				for (const place of ${JSON.stringify(places.map(({ place }) => place))})
					try { lockDirectory(place); } catch (error) { console.log(error.name, error.message); }`,
			],
			{ encoding: "utf8" },
		);
		for (const { place } of places) chmodSync(place, 0o700);
		const lines = stdout.trimEnd().split("\n");
		assert.equal(lines.length, places.length, stdout);
		for (const [index, { theirs }] of places.entries()) {
			const line = lines[index] ?? "";
			assert.ok(line.startsWith(`DataDirectoryUnusable ${theirs} cannot be written: `), line);
			if (isRoot)
				assert.match(line, new RegExp(`belongs to the user with the number 0, .*chown ${nobody} ${theirs}$`));
		}
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
