/**
 * Makes the package of the command `xsign`: JavaScript, with `@countersign/client`, which is in no registry, inside as
 * a bundled dependency. What it needs beside that is installed from the registry.
 */
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packClient } from "./index.ts";
import { run } from "./run.ts";

const root = join(import.meta.dirname, "../..");
const xsign = join(root, "packages/xsign");

/** Writes the tarball into `folder`, and returns its path. */
export function packXsign(folder: string): string {
	const work = mkdtempSync(join(tmpdir(), "countersign-pack-xsign-"));
	try {
		const [compiled, staged] = [join(work, "compiled"), join(work, "package")];
		const project = join(xsign, "tsconfig.build.json");
		run(join(root, "node_modules/.bin/tsc"), ["-p", project, "--noEmit", "false", "--outDir", compiled]);
		const from = join(compiled, "xsign/src");
		for (const file of globSync("**/*.js", { cwd: from })) {
			mkdirSync(dirname(join(staged, "dist", file)), { recursive: true });
			cpSync(join(from, file), join(staged, "dist", file));
		}
		const inside = join(staged, "node_modules/@countersign/client");
		mkdirSync(inside, { recursive: true });
		run("tar", ["-xzf", packClient(work), "-C", inside, "--strip-components=1"]);
		const source: unknown = JSON.parse(readFileSync(join(xsign, "package.json"), "utf8"));
		writeFileSync(join(staged, "package.json"), `${JSON.stringify(manifestOf(source), null, "\t")}\n`);
		cpSync(join(xsign, "README.md"), join(staged, "README.md"));
		cpSync(join(root, "LICENSE"), join(staged, "LICENSE"));
		mkdirSync(folder, { recursive: true });
		return join(folder, run("npm", ["pack", staged, "--pack-destination", folder, "--silent"]).trim());
	} finally {
		rmSync(work, { recursive: true });
	}
}

function manifestOf(source: unknown): Readonly<Record<string, unknown>> {
	const { private: _, ...manifest } = source as Readonly<Record<string, unknown>>;
	return {
		...manifest,
		bin: { xsign: "dist/main.js" },
		files: ["dist"],
		bundleDependencies: ["@countersign/client"],
	};
}
