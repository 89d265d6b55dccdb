import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { compiles, refusedMutants } from "./compiler.ts";
import { mutantsOf } from "./mutants.ts";

const root = mkdtempSync(join(tmpdir(), "countersign-compiler-"));
after(() => rmSync(root, { recursive: true, force: true }));
const file = "packages/one/a.ts";
const source = "export const ok: true = true;\nexport const size = 3;\nexport const made = { size };\n";
mkdirSync(join(root, "packages", "one"), { recursive: true });
mkdirSync(join(root, "tmp"));
symlinkSync(join(import.meta.dirname, "..", "..", "node_modules"), join(root, "node_modules"));
writeFileSync(join(root, file), source);
writeFileSync(
	join(root, "packages/one/b.ts"),
	'import { made } from "./a.ts";\nexport const size = made.size;\n',
);
const compilerOptions = { strict: true, noEmit: true, allowImportingTsExtensions: true, types: [] };
writeFileSync(join(root, "packages/one/tsconfig.json"), JSON.stringify({ compilerOptions }));

test("the compiler refuses by itself what is wrong in its own file, in one run, and nothing is left behind", async () => {
	const mutants = mutantsOf(file, source);
	const unreadable = { ...mutants[0], start: 0, end: 6, text: "export export" } as (typeof mutants)[number];
	const refused = await refusedMutants(root, [...mutants, unreadable]);
	assert.deepEqual(
		[...refused].map(({ change }) => change).sort(),
		["true => false", unreadable.change].sort(),
	);
	assert.deepEqual(readdirSync(join(root, "packages/one")).sort(), ["a.ts", "b.ts", "tsconfig.json"]);
});

test("what a fault does to other files is found by compiling them with it", async () => {
	assert.equal(await compiles(root, file), true);
	writeFileSync(join(root, file), source.replace("{ size }", "{}"));
	assert.equal(await compiles(root, file), false);
	writeFileSync(join(root, file), source);
	assert.equal(await compiles(root, file), true);
});
