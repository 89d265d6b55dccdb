import type { PendingStore } from "./ports.ts";

/** Keeps a reset as long as the program runs: for tests, and where losing it only costs another approval. */
export function memoryPendingStore(): PendingStore {
	let kept: string | undefined;
	let taken = false;
	return {
		get: async () => kept,
		async put(record) {
			kept = record;
		},
		async delete() {
			kept = undefined;
		},
		async exclusively(work) {
			if (taken) return "taken";
			taken = true;
			try {
				return await work();
			} finally {
				taken = false;
			}
		},
	};
}
