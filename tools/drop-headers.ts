import { globSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * Takes away the C++ headers that the package `node` brings along: 67 of its 211 MiB, for who compiles additions to
 * Node. Nothing here does, and what does asks for the headers by itself. Another install brings them again.
 */
export function dropNodeHeaders(root: string): void {
	const headers = "node_modules/{node/node_modules/,}node-*-*/include/node";
	for (const folder of globSync(headers, { cwd: root })) rmSync(join(root, folder), { recursive: true });
}
