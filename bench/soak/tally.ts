/** What was answered since it was last taken, and what was not as it should be. */
export interface Tally {
	/** A request of the mix, from when it was due to its answer. */
	answered(ms: number): void;
	/** A sign-in, reset or older login that came to its end. */
	done(ms: number): void;
	failed(error: unknown): void;
	take(): Taken;
}

interface Taken {
	/** Milliseconds, shortest first. */
	readonly answers: readonly number[];
	readonly journeys: readonly number[];
	/** What went wrong, and how often. */
	readonly errors: ReadonlyMap<string, number>;
}

export function createTally(): Tally {
	let answers: number[] = [];
	let journeys: number[] = [];
	let errors = new Map<string, number>();
	return {
		answered: (ms) => void answers.push(ms),
		done: (ms) => void journeys.push(ms),
		failed(error) {
			const what = error instanceof Error ? error.message.slice(0, 200) : String(error);
			errors.set(what, (errors.get(what) ?? 0) + 1);
		},
		take() {
			const taken = { answers: answers.sort(ascending), journeys: journeys.sort(ascending), errors };
			answers = [];
			journeys = [];
			errors = new Map();
			return taken;
		},
	};
}

function ascending(one: number, other: number): number {
	return one - other;
}
