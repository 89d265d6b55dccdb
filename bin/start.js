#!/usr/bin/env node
/**
 * The server's command line: `node bin/start.js serve`. Checks Node, then hands over to the server, which reads the rest of
 * the arguments itself: made one file by tools/bundle.ts where that is of these sources, else from the sources.
 */
import "./require-node.js";

// What `import` makes of Node's own modules touches each of their names, and so reads parts that no start needs: streams,
// and a whole HTTP client. For the same reason the one file is CommonJS.
const { readdirSync, statSync } = process.getBuiltinModule("node:fs");
const module = process.getBuiltinModule("node:module");
const { fileURLToPath } = process.getBuiltinModule("node:url");

const packages = fileURLToPath(new URL("../packages", import.meta.url));
const bundle = `${packages}/server/dist/main.cjs`;

// The default place is the system's temporary folder, where another user of this machine could lay
// down compiled code for us to run. Where ours cannot be written, Node goes on without a cache.
module.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/compiled", import.meta.url)));

// The engine warns of every Node release that has no LTS name yet. This repository pins the release it is tested with,
// so the warning would only alarm; anything else that is said there passes.
const { warn } = console;
console.warn = (...words) => {
	if (!String(words[0]).includes("oidc-provider WARNING: Unsupported runtime")) warn(...words);
};

if (isBundled()) module.createRequire(import.meta.url)(bundle);
else await import("../packages/server/src/main.ts");

/** Whether there is the one file, and no source has changed since. */
function isBundled() {
	const made = statSync(bundle, { throwIfNoEntry: false })?.mtimeMs ?? 0;
	return made > 0 && ["protocol", "core", "server"].every((name) => isOlder(`${packages}/${name}/src`, made));
}

/** Tests are in no bundle, and a third of the files. */
function isOlder(directory, made) {
	return readdirSync(directory, { recursive: true }).every(
		(name) =>
			!name.includes(".") || name.endsWith(".test.ts") || statSync(`${directory}/${name}`).mtimeMs <= made,
	);
}
