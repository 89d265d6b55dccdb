/** A reporter for `node --test` that tells, when all is over and as one line of JSON, how a run ended. */
import { relative } from "node:path";
import type { TestEvent } from "node:test/reporters";

/** How a run of tests ended. */
export interface Outcome {
	readonly passed: number;
	/** Those that were cancelled included. */
	readonly failed: number;
	/** Whole groups count as one: what is in them was never looked at. */
	readonly skipped: number;
	/** One line for each test that failed, groups left out: where it stands, and its name. */
	readonly failures: readonly string[];
	/** The same for each that was skipped or is unwritten, with the reason. */
	readonly skips: readonly string[];
	/** How long the tests of each file took, without its loading. */
	readonly seconds: Readonly<Record<string, number>>;
}

export default async function* outcomeReporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
	const [failures, skips]: string[][] = [[], []];
	const seconds: Record<string, number> = {};
	let [passed, failed, skipped] = [0, 0, 0];
	for await (const { type, data } of events) {
		if (type === "test:summary" && data.file === undefined) {
			const { counts } = data;
			[passed, failed] = [counts.passed, counts.tests - counts.passed - counts.skipped - counts.todo];
			skipped += counts.skipped + counts.todo;
		}
		if (type !== "test:pass" && type !== "test:fail") continue;
		if (data.nesting === 0 && data.file !== undefined) {
			const file = relative(process.cwd(), data.file);
			seconds[file] = (seconds[file] ?? 0) + data.details.duration_ms / 1000;
		}
		const mark = data.skip ?? data.todo;
		// Node counts the tests in a group that is skipped as nothing at all.
		if (mark !== undefined && mark !== false && data.details.type === "suite") skipped += 1;
		if (mark !== undefined && mark !== false)
			skips?.push(`${placeOf(data)}${mark === true || mark === "" ? "" : `: ${mark}`}`);
		else if (type === "test:fail" && !isGroup(data.details.error)) failures?.push(placeOf(data));
	}
	yield `${JSON.stringify({ passed, failed, skipped, failures, skips, seconds })}\n`;
}

/** Fails because of what is in it, which is told by itself. */
function isGroup(error: Error): boolean {
	return "failureType" in error && error.failureType === "subtestsFailed";
}

function placeOf({
	name,
	file,
	line,
}: {
	readonly name: string;
	readonly file?: string;
	readonly line?: number;
}) {
	if (file === undefined) return name;
	return `${relative(process.cwd(), file)}:${line ?? 1} ${name}`;
}
