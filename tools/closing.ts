import type { Outcome } from "./outcome-reporter.ts";

/** A run of the tests, over. Without an outcome: it broke off. */
export interface Run {
	/** What the tests ran on. */
	readonly on: string;
	readonly outcome: Outcome | undefined;
	readonly exitCode: number;
}

/**
 * What closes the output of runs that did not all go well, so that nobody has to look further up: a line for each
 * run, and below it the tests to look at. Undefined when all is well.
 * @param strict whether a skipped test is a failure: where every real part has to be present, it is a hole in the evidence
 */
export function closing(runs: readonly Run[], strict: boolean): string | undefined {
	if (runs.every((run) => isWell(run, strict))) return undefined;
	return runs.map((run) => `${isWell(run, strict) ? "✔" : "✖"} ${told(run, strict)}`).join("");
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
