/** How much of everything there is and is done. */
export interface Sizes {
	/** Live sessions on the one server and on the other. */
	readonly small: number;
	readonly large: number;
	/** Rows that the clean-up of the large one finds. */
	readonly dead: number;
	readonly rounds: number;
	/** How long a round of requests lasts, and one of single writes. */
	readonly seconds: number;
	readonly waitSeconds: number;
}

export const full: Sizes = {
	...{ small: 10_000, large: 100_000, dead: 1_000_000 },
	...{ rounds: 6, seconds: 2, waitSeconds: 4 },
};

export const quick: Sizes = {
	...{ small: 1_000, large: 10_000, dead: 100_000 },
	...{ rounds: 3, seconds: 1, waitSeconds: 1 },
};
