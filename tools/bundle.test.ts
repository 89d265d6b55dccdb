/** Which server `bin/start.js` starts: the one file, as long as it is of the sources that are there. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";

const root = join(import.meta.dirname, "..");

/** A repository in which every file of a source is of this second, and says where it stands when it runs. */
function repository(t: { after(end: () => void): void }) {
	const folder = mkdtempSync(join(tmpdir(), "countersign-bundle-"));
	t.after(() => rmSync(folder, { recursive: true }));
	cpSync(join(root, "bin"), join(folder, "bin"), { recursive: true });
	writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
	const put = (path: string, second: number) => {
		const file = join(folder, "packages", path);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, `process.stdout.write("${path}");\n`);
		utimesSync(file, second, second);
	};
	for (const path of ["protocol/src/index.ts", "core/src/claim/moves.ts", "server/src/main.ts"])
		put(path, 1_000);
	return {
		put,
		started: () => spawnSync(process.execPath, [join(folder, "bin/start.js")], { encoding: "utf8" }).stdout,
	};
}

describe("a start", () => {
	test("is of the sources where nothing was made of them", (t) => {
		assert.equal(repository(t).started(), "server/src/main.ts");
	});

	test("is of the one file that was made of them, then or later", (t) => {
		const { put, started } = repository(t);
		for (const second of [1_000, 1_001]) {
			put("server/dist/main.cjs", second);
			assert.equal(started(), "server/dist/main.cjs");
		}
	});

	test("is of the sources as soon as one of them has changed, of whichever package", (t) => {
		for (const changed of ["protocol/src/index.ts", "core/src/claim/moves.ts", "server/src/main.ts"]) {
			const { put, started } = repository(t);
			put("server/dist/main.cjs", 1_000);
			put(changed, 1_001);
			assert.equal(started(), "server/src/main.ts", changed);
		}
	});
});
