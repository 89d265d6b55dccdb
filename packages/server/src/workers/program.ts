import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * Of which program the files are that lie on the disk now: another text where a source of the server is another, or other
 * libraries were installed. Take it at the start, when it is what runs.
 */
export function readProgram(): string {
	const server = dirname(createRequire(import.meta.url).resolve("@countersign/server/package.json"));
	const packages = dirname(server);
	const read = createHash("sha256");
	for (const name of ["protocol", "core", "server"]) {
		const sources = join(packages, name, "src");
		for (const file of readdirSync(sources, { recursive: true, encoding: "utf8" }).toSorted())
			if (file.endsWith(".ts") && !file.endsWith(".test.ts"))
				read.update(`${name}/${file}\0`).update(readFileSync(join(sources, file)));
	}
	return read.update(installed(dirname(packages))).digest("hex");
}

/** What npm writes down of each library that it has installed. */
function installed(root: string): Uint8Array {
	try {
		return readFileSync(join(root, "node_modules/.package-lock.json"));
	} catch {
		// By another installer than npm.
		return new Uint8Array();
	}
}
