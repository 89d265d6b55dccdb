import type { Outcome } from "./outcome-reporter.ts";

/** A run of the tests, over. Without an outcome: it broke off. */
export interface Run {
	/** What the tests ran on. */
	readonly on: string;
	readonly outcome: Outcome | undefined;
	readonly exitCode: number;
}

/**
 * What closes the output of several runs, so that nobody has to look further up: a line for each run, below it the
 * tests to look at, and the files that took longest. One run that went well needs none: Node has summed it up.
 * @param strict whether a skipped test is a failure: where every real part has to be present, it is a hole in the evidence
 */
export function closing(runs: readonly Run[], strict: boolean): string {
	if (runs.length === 1 && areWell(runs, strict)) return "";
	const each = runs.map((run) => `${isWell(run, strict) ? "✔" : "✖"} ${told(run, strict)}`);
	return [...each, ...longest(runs)].join("");
}

/** Whether a run that ends so has shown what it was to show. */
export function areWell(runs: readonly Run[], strict: boolean): boolean {
	return runs.every((run) => isWell(run, strict));
}

/** Shorter ones are not worth anybody's look. */
const longSeconds = 20;

function longest(runs: readonly Run[]): readonly string[] {
	const took = runs.flatMap(({ on, outcome }) =>
		Object.entries(outcome?.seconds ?? {}).map(([file, seconds]) => ({ on, file, seconds })),
	);
	const shown = took
		.filter(({ seconds }) => seconds >= longSeconds)
		.sort((one, other) => other.seconds - one.seconds)
		.slice(0, 10);
	return shown.map(({ on, file, seconds }) => `${Math.round(seconds)} s: ${file}, on ${on}\n`);
}

function isWell({ outcome, exitCode }: Run, strict: boolean): boolean {
	return exitCode === 0 && outcome !== undefined && !(strict && outcome.skips.length > 0);
}

function told({ on, outcome, exitCode }: Run, strict: boolean): string {
	if (outcome === undefined) return `on ${on}: broke off\n`;
	const { passed, failed, skipped, failures, skips } = outcome;
	const lines = [
		`on ${on}: pass ${passed}, fail ${failed}, skipped ${skipped}`,
		...failures.map((each) => `    failed: ${each}`),
		...(strict ? skips.map((each) => `    not run although COUNTERSIGN_REQUIRE=all: ${each}`) : []),
		...(exitCode !== 0 && failed === 0 ? [`    ended with code ${exitCode}, though no test failed`] : []),
	];
	return `${lines.join("\n")}\n`;
}
