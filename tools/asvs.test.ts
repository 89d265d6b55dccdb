/** That `docs/asvs.md` claims nothing of tests that are not there, and leaves out no requirement. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "..");
const text = readFileSync(join(root, "docs/asvs.md"), "utf8");
const rows = [...text.matchAll(/^\| (\d+\.\d+\.\d+) \| ([123]) \| [^|]+ \| ([^|]+) \| ([^|]*) \|$/gm)].map(
	([, number = "", level = "", verdict = "", where = ""]) => ({ number, level, verdict, where }),
);

function* testsIn(where: string) {
	for (const [, path = "", names = ""] of where.matchAll(/`([\w./-]+\.test\.ts)`((?:,? "[^"]+")*)/g))
		yield { path, names: [...names.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name) };
}

test("every test that is named is in the file that is named", () => {
	let named = 0;
	for (const { number, where } of rows)
		for (const { path, names } of testsIn(where)) {
			const file = join(root, "packages", path.startsWith("client/") ? path : `server/${path}`);
			assert.ok(existsSync(file), `${number}: there is no ${path}`);
			const source = readFileSync(file, "utf8");
			assert.ok(names.length > 0, `${number}: no test of ${path} is named`);
			for (const name of names)
				assert.ok(source.includes(`"${name}"`), `${number}: ${path} has no "${name}"`);
			named += names.length;
		}
	assert.ok(named > 100, `${named} tests were found`);
});

test("each requirement of levels 1 and 2 has one row, and what is met in part or not has its reason", () => {
	const of = (chapter: string) =>
		rows.filter(({ number, level }) => number.startsWith(`${chapter}.`) && level !== "3").length;
	assert.deepEqual([of("6"), of("7"), of("10")], [35, 18, 29]);
	assert.equal(new Set(rows.map(({ number }) => number)).size, rows.length);
	const [, reasons = ""] = text.split("## What is not met, and why");
	for (const { number, verdict, where } of rows) {
		assert.match(verdict, /^(met|partly|not met|none here)$/, number);
		if (verdict === "partly" || verdict === "not met")
			assert.match(reasons, new RegExp(`[( ]${number.replaceAll(".", "\\.")}[,) ]`), `why ${number}`);
		else assert.ok(verdict === "none here" || where !== "", `${number} is met, and nothing shows it`);
	}
});

test("the count at the top is right", () => {
	const said = /(\d+) met, (\d+) partly, (\d+) not met, (\d+) none here/.exec(text);
	const counts = ["met", "partly", "not met", "none here"].map(
		(verdict) => rows.filter((row) => row.level !== "3" && row.verdict === verdict).length,
	);
	assert.deepEqual(said?.slice(1).map(Number), counts);
});
