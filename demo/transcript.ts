/** A promise of the story that did not hold. Its message is the promise. */
export class BrokenPromise extends Error {
	override readonly name = "BrokenPromise";
}

/** What the reader sees: chapters, and under each what was promised and checked. */
export interface Transcript {
	chapter(title: string): void;
	/** Writes the promise down when it holds. Otherwise the story ends here. */
	promise(text: string, holds: boolean): void;
	/** Promises written so far. */
	readonly kept: number;
}

/**
 * Writes at most 100 columns.
 * @throws BrokenPromise from `promise`
 */
export function createTranscript(write: (text: string) => void): Transcript {
	let chapters = 0;
	let kept = 0;
	return {
		chapter(title) {
			chapters += 1;
			write(`\n${String(chapters).padStart(2)}  ${title}\n`);
		},
		promise(text, holds) {
			if (!holds) throw new BrokenPromise(text);
			kept += 1;
			write(`    ✓ ${text}\n`);
		},
		get kept() {
			return kept;
		},
	};
}
