/** A line that stands for any others, or none. */
const gap = "…";

/**
 * How what was said differs from what is shown; undefined where it does not. Lines are compared as they are, once both
 * texts have gone through `plain`, which takes out what is never twice the same.
 */
export function differences(
	{ shown, said }: { readonly shown: string; readonly said: string },
	plain: (text: string) => string,
): string | undefined {
	const expected = linesOf(plain(shown));
	const found = linesOf(plain(said));
	let at = 0;
	for (const [index, part] of partsOf(expected).entries()) {
		const start = index === 0 ? (startsWith(found, part) ? 0 : -1) : indexOf(found, part, at);
		if (start < 0) return `not said:\n${part.join("\n")}\n\nbut:\n${found.slice(at).join("\n")}`;
		at = start + part.length;
	}
	return at === found.length || expected.at(-1) === gap
		? undefined
		: `said more:\n${found.slice(at).join("\n")}`;
}

function linesOf(text: string): readonly string[] {
	return text.replace(/\n+$/, "").split("\n");
}

/** What stands between gaps; the first part and the last are empty where a text begins or ends with one. */
function partsOf(lines: readonly string[]): readonly (readonly string[])[] {
	const parts: string[][] = [[]];
	for (const line of lines) {
		if (line === gap) parts.push([]);
		else parts.at(-1)?.push(line);
	}
	return parts;
}

function startsWith(found: readonly string[], part: readonly string[], at = 0): boolean {
	return part.every((line, index) => found[at + index] === line);
}

function indexOf(found: readonly string[], part: readonly string[], from: number): number {
	for (let at = from; at + part.length <= found.length; at++) if (startsWith(found, part, at)) return at;
	return -1;
}
