/**
 * `npm run mutate -- FOLDER ... [PART-OF-A-PATH.ts[:LINE] ...] [--jobs=N] [--sample=N [--seed=N]]`: breaks each line of a
 * folder on purpose, one fault at a time and in a copy, and names the faults that no test notices. With `--sample` so
 * many of them, the same ones for the same seed. Ends with 1 where one is left. The folders are in
 * `mutate/folders.ts`, what nobody can notice in `mutate/equivalent.ts`, how it works in docs/mutation.md.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { refusedMutants } from "./mutate/compiler.ts";
import { copyRepository } from "./mutate/copy.ts";
import { equivalent, excuseOf } from "./mutate/equivalent.ts";
import { folders, type Tried } from "./mutate/folders.ts";
import { type Mutant, mutantsOf } from "./mutate/mutants.ts";
import { sampleOf } from "./mutate/sample.ts";
import { measureTests, type Tests, tryMutant, type Verdict } from "./mutate/trial.ts";
import { postgres, startPostgres } from "./postgres.ts";

interface Tally {
	readonly counts: Map<Verdict | "equivalent", number>;
	readonly left: string[];
}

const root = join(import.meta.dirname, "..");
const args = process.argv.slice(2);
const jobs = numberOf("jobs") ?? 1;
const size = numberOf("sample");
const seed = numberOf("seed") ?? 1;
const words = args.filter((arg) => !arg.startsWith("--"));
const isPart = (word: string) => /\.ts(:\d+)?$/.test(word);
const parts = words.filter(isPart).map((word) => {
	const [path = "", line] = word.split(":");
	return { path, line: line === undefined ? undefined : Number(line) };
});
const names = words.filter((word) => !isPart(word));
const unknown = names.filter((name) => !Object.hasOwn(folders, name));

if (names.length === 0 || unknown.length > 0 || ![jobs, size ?? 1, seed].every(isCount)) {
	process.stderr.write(`npm run mutate -- FOLDER ...: one of ${Object.keys(folders).join(", ")}\n`);
	process.exitCode = 1;
} else {
	for (const name of names) {
		const folder = folders[name];
		if (folder !== undefined && !(await tryFolder(name, folder))) process.exitCode = 1;
	}
}

function numberOf(option: string): number | undefined {
	const start = `--${option}=`;
	const given = args.find((arg) => arg.startsWith(start));
	return given === undefined ? undefined : Number(given.slice(start.length));
}

function isCount(value: number): boolean {
	return Number.isInteger(value) && value > 0;
}

function filesOf(patterns: readonly string[]): readonly string[] {
	return globSync([...patterns], { cwd: root }).sort();
}

async function tryFolder(name: string, { sources, tests, onPostgres }: Tried): Promise<boolean> {
	const files = filesOf(sources)
		.filter((file) => !file.endsWith(".test.ts"))
		.filter((file) => parts.length === 0 || parts.some(({ path }) => file.endsWith(path)));
	const all = files.flatMap((file) => mutantsOf(file, readFileSync(join(root, file), "utf8")));
	const wanted = all.filter(isWanted);
	const mutants = size === undefined ? wanted : sampleOf(wanted, size, seed);
	const tally: Tally = { counts: new Map(), left: [] };
	for (const stale of staleEntries(files, all)) tally.left.push(stale);
	const begun = performance.now();
	const cluster = onPostgres && (await startPostgres(postgres().part()));
	const copies = Array.from({ length: jobs }, () => copyRepository(root));
	try {
		const first = copies[0];
		if (first === undefined) return false;
		const measured = await measureTests(first.root, filesOf(tests), cluster?.url("postgres"));
		const refused = await refusedMutants(first.root, mutants);
		const tried = size === undefined ? "" : ` (a sample of ${wanted.length}, seed ${seed})`;
		process.stdout.write(
			`${name}: ${mutants.length} faults${tried} in ${files.length} files, ${measured.length} files of tests\n`,
		);
		const queue = mutants.values();
		await Promise.all(copies.map((copy) => work(copy.root, { queue, measured, refused, tally })));
	} finally {
		for (const copy of copies) copy.remove();
		await cluster?.stop();
	}
	const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
	process.stdout.write(summary(name, mutants.length, tally, minutes));
	return tally.left.length === 0;
}

function isWanted({ file, line }: Mutant): boolean {
	if (parts.length === 0) return true;
	return parts.some((part) => file.endsWith(part.path) && (part.line ?? line) === line);
}

/** Entries of files that were tried and that excuse nothing any more. */
function staleEntries(files: readonly string[], mutants: readonly Mutant[]): readonly string[] {
	return equivalent
		.filter(({ file }) => files.includes(file))
		.filter((entry) => !mutants.some((mutant) => excuseOf(mutant, [entry]) !== undefined))
		.map(({ file, code }) => `${file}: the list of equivalents excuses a line that is not there: ${code}`);
}

async function work(
	copy: string,
	todo: {
		readonly queue: Iterator<Mutant>;
		readonly measured: readonly Tests[];
		readonly refused: ReadonlySet<Mutant>;
		readonly tally: Tally;
	},
): Promise<void> {
	const { queue, measured, refused, tally } = todo;
	for (let next = queue.next(); next.done !== true; next = queue.next()) {
		const mutant = next.value;
		const verdict = excuseOf(mutant)
			? "equivalent"
			: refused.has(mutant)
				? "types"
				: await tryMutant(copy, mutant, measured);
		tally.counts.set(verdict, (tally.counts.get(verdict) ?? 0) + 1);
		if (verdict !== "survived" && verdict !== "not-reached") continue;
		const line = `${mutant.file}:${mutant.line} ${verdict}: ${mutant.change}`;
		tally.left.push(line);
		process.stdout.write(`${line}\n    ${mutant.code}\n`);
	}
}

function summary(name: string, all: number, { counts, left }: Tally, minutes: string): string {
	const of = (verdict: Verdict | "equivalent") => counts.get(verdict) ?? 0;
	const judged = all - of("equivalent");
	const found = of("noticed") + of("no-end") + of("types");
	const share = judged === 0 ? "100" : ((found / judged) * 100).toFixed(1);
	const how = `${of("noticed")} by tests, ${of("no-end")} by never ending, ${of("types")} by the compiler`;
	const missed = `${of("survived")} survived, ${of("not-reached")} where no test comes past`;
	const head = `${name}: ${found} of ${judged} noticed (${share} %; ${how}), ${missed}, ${of("equivalent")} equivalent; ${minutes} min\n`;
	return `\n${left.map((line) => `${line}\n`).join("")}${head}`;
}
