/**
 * Makes the package that other people install out of the sources that run here as they are.
 *
 * Owns what is in it (`manifest.ts`) and the path of every import (`specifiers.ts`). TypeScript's own compiler turns
 * each file into one of JavaScript and one of declarations; `@countersign/protocol`, which is in no registry, goes
 * along as a folder. Leaves publishing to whoever does it.
 *
 * Flow: compile -> rewrite the imports -> manifest, README, licence -> `npm pack`.
 */
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { publishedManifest } from "./manifest.ts";
import { run } from "./run.ts";
import { rewriteSpecifiers } from "./specifiers.ts";

const root = join(import.meta.dirname, "../..");
const client = join(root, "packages/client");

/** Where the files of each package stand, below `dist`. */
const places = { "client/src": "", "protocol/src": "protocol" } as const;

/** Writes the tarball into `folder`, and returns its path. */
export function packClient(folder: string): string {
	const work = mkdtempSync(join(tmpdir(), "countersign-pack-"));
	try {
		const [compiled, staged] = [join(work, "compiled"), join(work, "package")];
		run(join(root, "node_modules/.bin/tsc"), [
			...["-p", join(client, "tsconfig.build.json")],
			...["--noEmit", "false", "--outDir", compiled],
		]);
		for (const [from, to] of Object.entries(places)) stage(join(compiled, from), join(staged, "dist", to));
		const manifest: unknown = JSON.parse(readFileSync(join(client, "package.json"), "utf8"));
		writeFileSync(
			join(staged, "package.json"),
			`${JSON.stringify(publishedManifest(manifest), null, "\t")}\n`,
		);
		cpSync(join(client, "README.md"), join(staged, "README.md"));
		cpSync(join(root, "LICENSE"), join(staged, "LICENSE"));
		mkdirSync(folder, { recursive: true });
		const told = run("npm", ["pack", staged, "--pack-destination", folder, "--silent"]);
		return join(folder, told.trim());
	} finally {
		rmSync(work, { recursive: true });
	}
}

function stage(from: string, to: string): void {
	for (const file of globSync("**/*.{js,d.ts}", { cwd: from })) {
		const text = readFileSync(join(from, file), "utf8");
		const path = join(to, file);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, rewriteSpecifiers(text, { path, protocol: protocolFrom(to, path) }));
	}
}

/** The folder `protocol`, as a file at `path` below `to` names it. */
function protocolFrom(to: string, path: string): string {
	const depth = path.slice(to.length + 1).split("/").length - 1;
	return `${depth === 0 ? "./" : "../".repeat(depth)}protocol/index.js`;
}
