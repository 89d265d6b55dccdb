/** A reporter that ends the run at the first test that fails: one is enough to notice a fault. */
import type { TestEvent } from "node:test/reporters";

// biome-ignore lint/correctness/useYield: a reporter is a generator, and this one has nothing to tell
export default async function* firstFailure(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
	for await (const { type, data } of events) {
		if (type === "test:fail" && !data.todo) process.exit(1);
	}
}
