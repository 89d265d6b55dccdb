import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { unnameable } from "./signatures.ts";

function unnameableIn(files: Readonly<Record<string, string>>): readonly string[] {
	const folder = mkdtempSync(join(tmpdir(), "countersign-signatures-"));
	try {
		for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
		return unnameable([join(folder, "index.d.ts")]).map((name) => name.replace(`${folder}/`, ""));
	} finally {
		rmSync(folder, { recursive: true });
	}
}

const inner =
	"export interface Wide<T> extends Base { readonly a: Own; readonly t: T }\n" +
	"interface Own { readonly b: string }\nexport interface Base {}\n" +
	"export declare const words: readonly string[];\nexport declare function ask(w: typeof words): Promise<Base>;\n";

test("a type in a signature that no door exports is found, wherever it is declared", () => {
	const found = unnameableIn({
		"index.d.ts": 'import { type Base } from "./inner.js";\nexport { type Wide, ask } from "./inner.js";\n',
		"inner.d.ts": inner,
	});
	assert.deepEqual(found, ["Base (inner.d.ts)", "Own (inner.d.ts)", "words (inner.d.ts)"]);
});

test("what the doors export, the platform has, or a parameter stands for, is fine", () => {
	const found = unnameableIn({
		"index.d.ts": 'export * from "./inner.js";\nexport type { Own as Other } from "./other.js";\n',
		"inner.d.ts": inner
			.replace("interface Own { readonly b: string }", "")
			.replace("export interface", 'import type { Own } from "./other.js";\nexport interface'),
		"other.d.ts": "export interface Own { readonly b: AbortSignal }\n",
	});
	assert.deepEqual(found, []);
});
