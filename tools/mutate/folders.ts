/** A folder whose lines are tried, and the tests that have to notice. */
export interface Tried {
	/** Globs from the root; tests among them are left out. */
	readonly sources: readonly string[];
	/**
	 * Globs of the tests. Those that go random courses are left out: what they notice depends on luck, and a fault that
	 * only they find is a fault that a run may miss.
	 */
	readonly tests: readonly string[];
}

const server = "packages/server";

/** What `npm run mutate -- NAME` knows. Every folder listed notices each fault that `equivalent.ts` does not excuse. */
export const folders: Readonly<Record<string, Tried>> = {
	core: {
		sources: ["packages/core/src/**/*.ts"],
		tests: ["packages/core/src/**/*.test.ts"],
	},
	guard: {
		sources: [`${server}/src/guard/**/*.ts`],
		tests: [`${server}/src/guard/**/*.test.ts`],
	},
	people: inServer("people"),
	sessions: inServer("sessions"),
	jobs: inServer("jobs"),
	introspection: inServer("introspection"),
	words: {
		sources: [`${server}/src/words/*.ts`],
		tests: [`${server}/src/words/*.test.ts`, `${server}/src/pages/tell.test.ts`],
	},
	pages: {
		sources: [`${server}/src/pages/*.ts`],
		tests: [`${server}/src/pages/*.test.ts`],
	},
};

function inServer(folder: string): Tried {
	return {
		sources: [`${server}/src/${folder}/**/*.ts`],
		tests: [`${server}/src/${folder}/**/*.test.ts`],
	};
}
