import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseSync } from "oxc-parser";
import { type Mutant, mutated } from "./mutants.ts";

/**
 * The mutants that the compiler refuses by themselves, such as an argument left out: what it refuses cannot come into
 * the repository. All are put beside their sources, each under a name of its own, so that one run answers for all;
 * what a mutant does to the files that import it `compiles` has to tell.
 */
export async function refusedMutants(copy: string, mutants: readonly Mutant[]): Promise<ReadonlySet<Mutant>> {
	const refused = new Set(mutants.filter((mutant) => !isReadable(sourceWith(copy, mutant))));
	const beside = new Map<string, Mutant>();
	for (const [index, mutant] of mutants.entries()) {
		if (refused.has(mutant)) continue;
		const path = mutant.file.replace(/\.ts$/, `.mutant-${index}.ts`);
		writeFileSync(join(copy, path), sourceWith(copy, mutant));
		beside.set(path, mutant);
	}
	try {
		for (const project of new Set(mutants.map(({ file }) => projectOf(file))))
			for (const path of await refusedFiles(copy, project)) {
				const mutant = beside.get(path);
				if (mutant === undefined) throw new Error(`the compiler refuses ${path}, which nobody broke`);
				refused.add(mutant);
			}
	} finally {
		for (const path of beside.keys()) rmSync(join(copy, path));
	}
	return refused;
}

/** Whether the package of a file passes the compiler as it stands in the copy. */
export async function compiles(copy: string, file: string): Promise<boolean> {
	const { passes } = await compile(copy, projectOf(file));
	return passes;
}

async function refusedFiles(copy: string, project: string): Promise<ReadonlySet<string>> {
	const { passes, output } = await compile(copy, project);
	const files = new Set(
		[...output.matchAll(/^(\S+\.ts)\(\d+,\d+\): error TS/gm)].map(([, path]) => path ?? ""),
	);
	if (!passes && files.size === 0) throw new Error(`the compiler did not run:\n${output}`);
	return files;
}

/** What the compiler found out of a package is kept, so that the next run looks only at what has changed. */
async function compile(copy: string, project: string) {
	const kept = join(copy, "tmp", `${project.replaceAll("/", "-")}.tsbuildinfo`);
	const child = spawn(
		join(copy, "node_modules", ".bin", "tsc"),
		["-p", join(project, "tsconfig.json"), "--pretty", "false", "--incremental", "--tsBuildInfoFile", kept],
		{ cwd: copy, stdio: ["ignore", "pipe", "ignore"] },
	);
	const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
	return { passes: code === 0, output };
}

function sourceWith(copy: string, mutant: Mutant): string {
	return mutated(readFileSync(join(copy, mutant.file), "utf8"), mutant);
}

/** The compiler says nothing of types while there is a file that it cannot read. */
function isReadable(source: string): boolean {
	return parseSync("mutant.ts", source, { lang: "ts", sourceType: "module" }).errors.length === 0;
}

function projectOf(file: string): string {
	return file.split("/").slice(0, 2).join("/");
}
