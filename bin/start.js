#!/usr/bin/env node
/**
 * The server's command line: `node bin/start.js serve`. Checks Node, then hands over to the TypeScript
 * sources, which read the rest of the arguments themselves.
 */
import "./require-node.js";
import module from "node:module";
import { fileURLToPath } from "node:url";

// The default place is the system's temporary folder, where another user of this machine could lay
// down compiled code for us to run. Where ours cannot be written, Node goes on without a cache.
module.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/compiled", import.meta.url)));

// The engine warns of every Node release that has no LTS name yet. This repository pins the release it is tested with,
// so the warning would only alarm; anything else that is said there passes.
const { warn } = console;
console.warn = (...words) => {
	if (!String(words[0]).includes("oidc-provider WARNING: Unsupported runtime")) warn(...words);
};

await import("../packages/server/src/main.ts");
