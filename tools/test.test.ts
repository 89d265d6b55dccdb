/** `npm test` itself, in a folder with a copy of it and nothing to run but what hangs. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
	cpSync,
	globSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";

const root = mkdtempSync(join(tmpdir(), "countersign-test-"));
after(() => rmSync(root, { recursive: true, force: true }));

const hangs = `import { test } from "node:test";
test("waits for what never comes", () => new Promise(() => setInterval(() => {}, 1_000)));
`;

/** What one test may take, beside all else and in the run that is begun first. */
const limits = ["limitMs: 1_200_000", "limitMs: 3_600_000"] as const;

test("a test that can only hang is ended by its limit, and the run is red and names it", () => {
	mkdirSync(join(root, "tools"));
	for (const file of globSync("*.ts", { cwd: import.meta.dirname }))
		if (!file.endsWith(".test.ts")) cpSync(join(import.meta.dirname, file), join(root, "tools", file));
	symlinkSync(join(import.meta.dirname, "../node_modules"), join(root, "node_modules"));
	const runner = join(root, "tools/test.ts");
	let text = readFileSync(runner, "utf8");
	for (const limit of limits) {
		assert.ok(text.includes(limit), limit);
		text = text.replace(limit, "limitMs: 1_500");
	}
	writeFileSync(runner, text);
	for (const file of ["packages/one/src/hangs.test.ts", "packages/server/test/kill/hangs.test.ts"]) {
		mkdirSync(dirname(join(root, file)), { recursive: true });
		writeFileSync(join(root, file), hangs);
	}
	// Whoever is run by a test runner would report to that one.
	const { NODE_TEST_CONTEXT: _, ...env } = process.env;
	const ended = spawnSync(process.execPath, [runner], { cwd: root, env, encoding: "utf8", timeout: 120_000 });
	assert.deepEqual([ended.signal, ended.status], [null, 1], ended.stderr);
	for (const on of ["SQLite", "SQLite, with kills"])
		assert.match(
			ended.stdout,
			new RegExp(`✖ on ${on}: pass 0, fail 1, skipped 0\\n.*failed: .*waits for what`),
		);
	assert.match(ended.stdout, /timed out after 1500ms/);
});
