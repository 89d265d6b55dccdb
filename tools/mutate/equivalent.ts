import type { Mutant } from "./mutants.ts";

/** A mutant that no test can notice, because what it does is the same. */
export interface Equivalent {
	readonly file: string;
	/** The line, without the white space around it. */
	readonly code: string;
	/** As the tool prints it; left out where the reason holds for every mutant of the line. */
	readonly change?: string;
	readonly reason: string;
}

/** Each with its reason. An entry that fits no mutant any more is told, and has to go. */
export const equivalent: readonly Equivalent[] = [];

export function excuseOf(mutant: Mutant, list = equivalent): Equivalent | undefined {
	return list.find(
		({ file, code, change }) =>
			file === mutant.file && code === mutant.code && (change === undefined || change === mutant.change),
	);
}
