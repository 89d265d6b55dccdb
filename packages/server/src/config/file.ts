import {
	type Document,
	isMap,
	isScalar,
	LineCounter,
	parseDocument,
	visit,
	type YAMLMap,
	type YAMLParseError,
} from "yaml";

/** A settings file, read but not judged. */
export interface SettingsFile {
	readonly ok: true;
	/** As the operator named it. */
	readonly name: string;
	readonly value: unknown;
	/** `name:line` of a setting, or of the nearest group around it. */
	place(path: readonly string[]): string;
}

/** Reads YAML 1.2 without aliases. Refuses what is none, with every place at once. A file without settings is an empty one. */
export function parseSettingsFile(
	name: string,
	text: string,
): SettingsFile | { readonly ok: false; readonly problems: readonly string[] } {
	const lines = new LineCounter();
	const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
	const at = (offset: number) => `${name}:${lines.linePos(offset).line}`;
	const problems = [
		...document.errors.map((error) => `${at(error.pos[0])}: ${wordsFor(error, text)}`),
		...aliasesOf(document).map((offset) => `${at(offset)}: *aliases are not taken; write the value again`),
	];
	if (problems.length > 0) return { ok: false, problems };
	return {
		ok: true,
		name,
		value: document.toJS() ?? {},
		place: (path) => at(offsetOf(document.contents, path)),
	};
}

/** The parser's own words are for who knows YAML's grammar; what happens most is said in others. */
function wordsFor({ code, pos, message }: YAMLParseError, text: string): string {
	if (code === "MULTIPLE_DOCS") return "a second document begins here; expected one";
	if (code !== "DUPLICATE_KEY") return `this cannot be read as YAML: ${message}`;
	const [name = ""] = /[^\s:]*/.exec(text.slice(pos[0])) ?? [];
	return `${name} stands there twice; expected one of them`;
}

/** Where it says "the same as there", which can be nowhere, itself, or a thousand times more than is written. */
function aliasesOf(document: Document.Parsed): readonly number[] {
	const offsets: number[] = [];
	visit(document, { Alias: (_, { range }) => void offsets.push(range?.[0] ?? 0) });
	return offsets;
}

function offsetOf(contents: unknown, path: readonly string[]): number {
	let node = contents;
	let offset = 0;
	for (const name of path) {
		const pair = isMap(node) ? pairOf(node, name) : undefined;
		if (pair === undefined) return offset;
		offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
		node = pair.value;
	}
	return offset;
}

function pairOf(map: YAMLMap, name: string) {
	return map.items.find(({ key }) => isScalar(key) && String(key.value) === name);
}
