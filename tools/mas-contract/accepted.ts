/** A difference that is one on purpose. `*` stands for whatever is there. */
interface Accepted {
	readonly line: string;
	readonly why: string;
}

/**
 * Those in a text: rows of a table whose first cell is a difference in backticks, and whose second says why. Throws at one
 * without a reason.
 */
export function acceptedIn(text: string): readonly Accepted[] {
	const rows = [...text.matchAll(/^\| `([A-Z*]+ \S+: [^`]+)` \|([^|\n]*)\|$/gm)];
	return rows.map(([, line = "", cell = ""]) => {
		const why = cell.trim();
		if (why === "") throw new Error(`no reason is given for: ${line}`);
		return { line, why };
	});
}

export interface Verdict {
	/** Differences that nobody accepted. */
	readonly unlisted: readonly string[];
	/** What was accepted, and is no difference any more. */
	readonly stale: readonly string[];
}

export function judge(found: readonly string[], accepted: readonly Accepted[]): Verdict {
	const all = accepted.map(({ line }) => ({ line, matches: patternOf(line) }));
	return {
		unlisted: found.filter((each) => !all.some(({ matches }) => matches.test(each))),
		stale: all.filter(({ matches }) => !found.some((each) => matches.test(each))).map(({ line }) => line),
	};
}

function patternOf(line: string): RegExp {
	return new RegExp(`^${line.split("*").map(RegExp.escape).join(".*")}$`);
}
