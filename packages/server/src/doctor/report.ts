import type { Result } from "./examine.ts";
import type { Finding } from "./finding.ts";

/** What was found, for people: problems first, each with the wrong line, what came back, and the cure. */
export function report(results: readonly Result[]): string {
	const found = (verdict: Finding["verdict"]) => results.filter((one) => one.verdict === verdict);
	const [problems, warnings] = [found("problem"), found("warning")];
	const well = results.filter(({ verdict }) => verdict === "ok");
	const leftOut = results.filter(({ verdict }) => verdict === "left-out");
	return [
		...[...problems, ...warnings].flatMap(block),
		...(problems.length + warnings.length === 0 ? ["Everything is well."] : []),
		[
			counted(problems.length, "problem"),
			counted(warnings.length, "warning"),
			`${counted(well.length, "check")} well`,
			...(leftOut.length > 0 ? [`${leftOut.length} left out until the problems are solved`] : []),
		].join(", "),
		...(well.length > 0 ? [`  well: ${namesOf(well)}`] : []),
		...(leftOut.length > 0 ? [`  left out: ${namesOf(leftOut)}`] : []),
		"",
	].join("\n");
}

function block(one: Result): readonly string[] {
	if (one.verdict !== "problem" && one.verdict !== "warning") return [];
	return [
		`${one.verdict.toUpperCase()} ${one.check}`,
		...lines("wrong", one.what),
		...lines("found", one.found),
		...lines("fix", one.fix),
		"",
	];
}

function lines(name: string, text: string): readonly string[] {
	return text.split("\n").map((line, at) => `  ${(at === 0 ? name : "").padEnd(7)}${plain(line)}`);
}

function namesOf(results: readonly Result[]): string {
	return [...new Set(results.map(({ check }) => check))].join(", ");
}

function counted(count: number, word: string): string {
	return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** Other servers had a say in these words: an escape sequence among them must not reach the operator's terminal. */
function plain(text: string): string {
	return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").slice(0, 1_000);
}
