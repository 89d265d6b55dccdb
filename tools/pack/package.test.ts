/** What the packed client is made of, looked at as it lies in the folder of whoever installed it. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createConsumer } from "./consumer.ts";
import { unnameable } from "./signatures.ts";
import { rewriteSpecifiers } from "./specifiers.ts";

const consumer = createConsumer();
after(() => consumer[Symbol.dispose]());
const read = (file: string) => readFileSync(join(consumer.installed, file), "utf8");

describe("the packed client", () => {
	test("installs alone: it depends on nothing", () => {
		const manifest = JSON.parse(read("package.json"));
		assert.deepEqual(
			Object.keys(manifest).filter((name) => /dependencies/i.test(name) || name === "private"),
			[],
		);
		assert.deepEqual(globSync("node_modules/**/package.json", { cwd: consumer.folder }), [
			"node_modules/@countersign/client/package.json",
		]);
	});

	test("says which files its doors are, that nothing happens on import, and on which Node it runs", () => {
		const { exports, sideEffects, engines, type, license } = JSON.parse(read("package.json"));
		assert.deepEqual(exports, {
			".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
			"./node": { types: "./dist/node/index.d.ts", default: "./dist/node/index.js" },
			"./package.json": "./package.json",
		});
		const rest = { sideEffects, engines, type, license };
		assert.deepEqual(rest, {
			...{ sideEffects: false, engines: { node: ">=20.3" }, type: "module", license: "Apache-2.0" },
		});
	});

	test("holds JavaScript with declarations beside it, what to read, and nothing else", () => {
		const files = globSync("**/*.*", { cwd: consumer.installed });
		const others = files.filter((file) => !/^dist\/.*\.(?:d\.ts|js)$/.test(file));
		assert.deepEqual(others.sort(), ["README.md", "package.json"]);
		assert.match(read("LICENSE"), /Apache License/);
		const scripts = files.filter((file) => file.endsWith(".js"));
		assert.ok(scripts.length > 40, `only ${scripts.length} files`);
		assert.deepEqual(
			scripts.map((file) => file.replace(/js$/, "d.ts")).filter((file) => !files.includes(file)),
			[],
		);
		assert.deepEqual(
			files.filter((file) => file.includes(".test.")),
			[],
		);
	});

	test("shows no type in a signature that cannot be named from outside", () => {
		const doors = ["dist/index.d.ts", "dist/node/index.d.ts"].map((door) => join(consumer.installed, door));
		assert.deepEqual(unnameable(doors), []);
	});

	test("has no link to a file that stays behind", () => {
		assert.deepEqual(read("README.md").match(/\]\((?!https?:|#)[^)]*\)/g) ?? [], []);
	});
});

describe("imports of the packed files", () => {
	const place = { path: "a.d.ts", protocol: "../protocol/index.js" };

	test("name JavaScript, and the words of the wire that go along", () => {
		const text =
			'import type { A } from "./a.ts";\nexport * from "@countersign/protocol";\nimport "node:http";\n';
		assert.equal(
			rewriteSpecifiers(text, place),
			'import type { A } from "./a.js";\nexport * from "../protocol/index.js";\nimport "node:http";\n',
		);
	});

	test("name no package that nobody installs along", () => {
		assert.throws(() => rewriteSpecifiers('import { z } from "zod";', place), /zod/);
		const inferred = 'export declare const a: import("@countersign/protocol").A;';
		assert.throws(() => rewriteSpecifiers(inferred, place), /inferred/);
	});
});
