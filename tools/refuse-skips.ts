/**
 * A reporter for `node --test` that names every skipped or unwritten test and lets the run fail for it.
 * Used where COUNTERSIGN_REQUIRE=all says that nothing may be missing.
 */
import type { TestEvent } from "node:test/reporters";

function reasonOf(mark: string | boolean | undefined): string {
	return typeof mark === "string" && mark !== "" ? `: ${mark}` : "";
}

export default async function* refuseSkips(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
	for await (const { type, data } of events) {
		if (type !== "test:pass" && type !== "test:fail") continue;
		const mark = data.skip ?? data.todo;
		if (mark === undefined || mark === false) continue;
		process.exitCode = 1;
		yield `not run although COUNTERSIGN_REQUIRE=all: ${data.name}${reasonOf(mark)} (${data.file ?? "unknown file"})\n`;
	}
}
