import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compiles } from "./compiler.ts";
import { type Mutant, mutated } from "./mutants.ts";
import { coverageFolder, type Reach } from "./reach.ts";
import { runFile } from "./run-file.ts";

/** How a mutant ended: noticed by a test, by the compiler, by nobody, or in a line that no test comes past. */
export type Verdict = "noticed" | "no-end" | "types" | "survived" | "not-reached";

/** A file of tests, as it runs while nothing is broken. */
export interface Tests {
	readonly file: string;
	readonly ms: number;
	readonly reaches: Reach;
	/** The PostgreSQL it runs on. */
	readonly database?: string | undefined;
}

/** Runs every file of tests once on what nobody broke, the quickest first afterwards. Throws where one fails. */
export async function measureTests(
	copy: string,
	files: readonly string[],
	database?: string,
): Promise<readonly Tests[]> {
	const measured: Tests[] = [];
	for (const file of files) {
		const folder = coverageFolder(copy);
		const begun = performance.now();
		const end = await runFile(copy, file, { timeoutMs: 600_000, coverage: folder.path, database });
		if (end !== "passed") throw new Error(`${file} ${end} before anything was broken`);
		measured.push({ file, ms: performance.now() - begun, reaches: folder.read(), database });
		folder.remove();
	}
	return measured.sort((a, b) => a.ms - b.ms);
}

/** Puts the fault into the copy, asks everybody who could notice it, and takes it out again. */
export async function tryMutant(copy: string, mutant: Mutant, tests: readonly Tests[]): Promise<Verdict> {
	const path = join(copy, mutant.file);
	const source = readFileSync(path, "utf8");
	writeFileSync(path, mutated(source, mutant));
	try {
		const reaching = likeliestFirst(
			mutant.file,
			tests.filter(({ reaches }) => reaches(mutant.file, mutant.start)),
		);
		return (
			(await askTests(copy, mutant.file, reaching)) ??
			((await compiles(copy, mutant.file)) ? undefined : "types") ??
			(reaching.length === 0 ? "not-reached" : "survived")
		);
	} finally {
		writeFileSync(path, source);
	}
}

/** By source: which file of tests noticed the last fault of it. */
const noticedBy = new Map<string, string>();

/** Neighbouring faults are mostly noticed by the same tests; else the quickest are asked first. */
function likeliestFirst(source: string, tests: readonly Tests[]): readonly Tests[] {
	const likeliest = noticedBy.get(source);
	return [
		...tests.filter(({ file }) => file === likeliest),
		...tests.filter(({ file }) => file !== likeliest),
	];
}

async function askTests(copy: string, source: string, tests: readonly Tests[]): Promise<Verdict | undefined> {
	for (const { file, ms, database } of tests) {
		const end = await runFile(copy, file, { timeoutMs: 5_000 + ms * 5, database });
		if (end === "passed") continue;
		noticedBy.set(source, file);
		return end === "failed" ? "noticed" : "no-end";
	}
	return undefined;
}
