import type { Transactions } from "@countersign/core";
import type { SecurityEvent } from "../audit/index.ts";
import type { ProofUnit } from "./ports.ts";

/**
 * Writes down refused passwords after the answer is on its way. A name that nobody has has no log, and the same is done
 * for it: this answer, or the next, comes later for as long as a write takes, and would tell who exists.
 */
export function createRefusalLog<Unit extends Pick<ProofUnit, "refusals">>(
	storage: Transactions<Unit>,
	onError: (error: unknown) => void,
) {
	const writing = new Set<Promise<void>>();
	return {
		note(event: SecurityEvent): void {
			const written: Promise<void> = new Promise((resolve) => setImmediate(resolve))
				.then(() => storage.write((unit) => unit.refusals.note(event)))
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
