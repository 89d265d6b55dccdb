/** A piece of a text: words as they are, the place of a value, or words within a tag. */
export type Part =
	| string
	| { readonly value: string }
	| { readonly tag: string; readonly parts: readonly Part[] };

const marks = /\{([\w-]+)\}|<(\/?)([\w-]+)>/g;

/**
 * Reads `Hello {name}, see <devices>your devices</devices>`: values in braces, tags by name, which may stand within
 * each other. Whatever else looks like markup is words. Throws where a tag is not closed in order.
 */
export function parseText(text: string): readonly Part[] {
	const open: { readonly tag: string; readonly parts: Part[] }[] = [{ tag: "", parts: [] }];
	let from = 0;
	const add = (part: Part) => {
		if (part !== "") open.at(-1)?.parts.push(part);
	};
	for (const { 0: mark, 1: value, 2: slash, 3: tag, index } of text.matchAll(marks)) {
		add(text.slice(from, index));
		from = index + mark.length;
		if (value !== undefined) add({ value });
		if (tag === undefined) continue;
		if (slash === "") open.push({ tag, parts: [] });
		else {
			// The text itself has no name: what is left over closes nothing.
			const closed = open.pop();
			if (closed?.tag !== tag) throw new TypeError(`</${tag}> closes nothing in: ${text}`);
			add(closed);
		}
	}
	add(text.slice(from));
	const [whole, unclosed] = open;
	if (whole === undefined || unclosed !== undefined)
		throw new TypeError(`<${unclosed?.tag}> is not closed in: ${text}`);
	return whole.parts;
}
