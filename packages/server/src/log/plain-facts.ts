import { plainError } from "./plain-error.ts";
import { scrubbedFact, scrubbedWords } from "./scrub.ts";

const deepest = 5;
/** Members that are cut out wherever they stand, in case a fact carries more than its author thought. */
const secretName =
	/pass(?:word|wd|phrase)|token|secret|cookie|authorization|csrf|verifier|^keys$|^code$|_code$|(?<!error)Code$/i;
/** Ids of ours, which open nothing, by whose names the log is searched. */
const idName = /Id$/;

/** The facts of a line, free of secrets: by the names of members, and by the shape of what they hold. */
export function plainFacts(facts: Readonly<Record<string, unknown>>, depth = 0): Record<string, unknown> {
	return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, plain(name, value, depth)]));
}

function plain(name: string, value: unknown, depth: number): unknown {
	// How many rows of tokens there are is no secret.
	if (value === null || value === undefined || typeof value === "number" || typeof value === "boolean")
		return value;
	if (value instanceof Error || name === "err") return plainError(value);
	if (secretName.test(name)) return "[cut]";
	if (typeof value === "string") return idName.test(name) ? scrubbedFact(value) : scrubbedWords(value);
	if (typeof value !== "object" || ArrayBuffer.isView(value) || depth === deepest) return "[cut]";
	if (Array.isArray(value)) return value.map((each) => plain(name, each, depth + 1));
	return plainFacts({ ...value }, depth + 1);
}
