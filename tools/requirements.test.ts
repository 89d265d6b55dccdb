import assert from "node:assert/strict";
import { test } from "node:test";
import { caddy, chromium, nginx, npmPackage, requirement, synapse } from "./requirements.ts";

test("a part that is here is handed over and nothing is skipped", () => {
	const found = requirement({ name: "tool", remedy: "get it", probe: () => 7, env: {} });
	assert.deepEqual([found.available, found.skip, found.part()], [true, false, 7]);
});

test("a missing part skips, with the name and the remedy as the reason", () => {
	const missing = requirement({
		name: "tool",
		remedy: "apt-get install tool",
		probe: () => undefined,
		env: {},
	});
	assert.equal(missing.available, false);
	assert.match(String(missing.skip), /tool is not installed.*apt-get install tool/);
	assert.throws(missing.part, /tool is not installed/);
});

test("a missing part fails where everything is required", () => {
	const env = { COUNTERSIGN_REQUIRE: "all" };
	assert.throws(() => requirement({ name: "tool", remedy: "get it", probe: () => undefined, env }), /get it/);
});

test("CHROMIUM_PATH is believed alone, and only when it can be executed", () => {
	assert.equal(chromium({ CHROMIUM_PATH: "/nowhere/chromium" }).available, false);
	assert.equal(chromium({ CHROMIUM_PATH: process.execPath }).part().executablePath, process.execPath);
});

test("an npm package is found by name", () => {
	assert.equal(npmPackage("no-such-package-anywhere", {}).available, false);
	assert.match(npmPackage("fast-check", {}).part(), /^file:/);
});

test("a proxy named by its path is believed alone, and only when it can be executed", () => {
	assert.equal(nginx({ NGINX_PATH: "/nowhere/nginx" }).available, false);
	assert.equal(nginx({ NGINX_PATH: process.execPath }).part(), process.execPath);
	assert.equal(caddy({ CADDY_PATH: "/nowhere/caddy" }).available, false);
	assert.equal(caddy({ CADDY_PATH: process.execPath }).part(), process.execPath);
});

test("a Python without Synapse is no Synapse, and the reason says how to get it", () => {
	assert.equal(synapse({ COUNTERSIGN_SYNAPSE_PYTHON: "/nowhere/python" }).available, false);
	const withoutSynapse = synapse({ COUNTERSIGN_SYNAPSE_PYTHON: "/bin/false" });
	assert.match(
		String(withoutSynapse.skip),
		/venv node_modules\/\.cache\/synapse .*pip install matrix-synapse/,
	);
});
