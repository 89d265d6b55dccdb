#!/usr/bin/env node
/**
 * The server's command line: `node bin/start.js serve`. Checks Node, then hands over to the server, which reads the rest of
 * the arguments itself: made one file by tools/bundle.ts where that is of these sources, else from the sources.
 */
import "./require-node.js";
import { readdirSync, statSync } from "node:fs";
import module from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const packages = fileURLToPath(new URL("../packages", import.meta.url));

// The default place is the system's temporary folder, where another user of this machine could lay
// down compiled code for us to run. Where ours cannot be written, Node goes on without a cache.
module.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/compiled", import.meta.url)));

// The engine warns of every Node release that has no LTS name yet. This repository pins the release it is tested with,
// so the warning would only alarm; anything else that is said there passes.
const { warn } = console;
console.warn = (...words) => {
	if (!String(words[0]).includes("oidc-provider WARNING: Unsupported runtime")) warn(...words);
};

await import(isBundled() ? "../packages/server/dist/main.js" : "../packages/server/src/main.ts");

/** Whether there is the one file, and no source has changed since. */
function isBundled() {
	const made = statSync(join(packages, "server/dist/main.js"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
	return (
		made > 0 && ["protocol", "core", "server"].every((name) => isOlder(join(packages, name, "src"), made))
	);
}

function isOlder(directory, made) {
	for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
		if (entry.isFile() && statSync(join(entry.parentPath, entry.name)).mtimeMs > made) return false;
	}
	return true;
}
