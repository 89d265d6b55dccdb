import type { Transactions } from "@countersign/core";
import type { SecurityEvent } from "../audit/index.ts";
import type { ProofUnit } from "./ports.ts";

/**
 * Writes down refused passwords after the answer is on its way. A stranger's name has no log to write to, and the
 * time a write takes would tell the two apart.
 */
export function createRefusalLog<Unit extends Pick<ProofUnit, "events">>(
	storage: Transactions<Unit>,
	onError: (error: unknown) => void,
) {
	const writing = new Set<Promise<void>>();
	return {
		note(event: SecurityEvent): void {
			const written: Promise<void> = new Promise((resolve) => setImmediate(resolve))
				.then(() => storage.write((unit) => unit.events.record(event)))
				.catch(onError)
				.finally(() => writing.delete(written));
			writing.add(written);
		},
		/** Resolves when all that was noted so far is stored. */
		async flush(): Promise<void> {
			await Promise.all(writing);
		},
	};
}
