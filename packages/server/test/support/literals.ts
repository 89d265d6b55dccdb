/**
 * The words that a source file holds itself, in its markup and its strings. Reads just enough of the language for
 * that: comments, strings, templates within templates, and regular expressions where a value may stand.
 */
export function literalsIn(source: string): readonly string[] {
	const found: string[] = [];
	readCode({ source, at: 0, found }, undefined);
	return found;
}

interface Reader {
	readonly source: string;
	at: number;
	readonly found: string[];
}

/** Reads code to the brace that closes it, or to the end. */
function readCode(reader: Reader, closing: "}" | undefined): void {
	const { source } = reader;
	let depth = 0;
	while (reader.at < source.length) {
		const char = source[reader.at];
		if (char === closing && depth === 0) return;
		if (char === "{") depth += 1;
		if (char === "}") depth -= 1;
		if (source.startsWith("//", reader.at)) skipTo(reader, "\n");
		else if (source.startsWith("/*", reader.at)) skipTo(reader, "*/");
		else if (char === '"' || char === "'") readString(reader);
		else if (char === "`") readTemplate(reader, /\bhtml$/.test(source.slice(0, reader.at)));
		else if (char === "/" && /(?:[(,=:[!&|?{};]|=>|return)\s*$/.test(source.slice(0, reader.at)))
			skipRegExp(reader);
		else reader.at += 1;
	}
}

function skipTo(reader: Reader, end: string): void {
	const found = reader.source.indexOf(end, reader.at + 2);
	reader.at = found < 0 ? reader.source.length : found + end.length;
}

function skipRegExp(reader: Reader): void {
	const [whole = "/"] =
		/^\/(?:\\.|\[(?:\\.|[^\]])*\]|[^/\\[\n])+\/\w*/.exec(reader.source.slice(reader.at)) ?? [];
	reader.at += whole.length;
}

function readString(reader: Reader): void {
	const [whole = "'"] = /^(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')/.exec(reader.source.slice(reader.at)) ?? [];
	reader.at += whole.length;
	keepProse(reader, whole.slice(1, -1));
}

/** What stands where a value is put in. */
const value = "\0";

function readTemplate(reader: Reader, isMarkup: boolean): void {
	let text = "";
	reader.at += 1;
	while (reader.at < reader.source.length && reader.source[reader.at] !== "`") {
		if (reader.source.startsWith("${", reader.at)) {
			reader.at += 2;
			readCode(reader, "}");
			text += value;
		} else text += reader.source[reader.at];
		reader.at += 1;
	}
	reader.at += 1;
	if (isMarkup) keepMarkup(reader, text);
	else keepProse(reader, text);
}

/** Every letter between tags is read by somebody, and so are some attributes. */
function keepMarkup({ found }: Reader, text: string): void {
	for (const [, words = ""] of text.matchAll(/\b(?:title|alt|placeholder|aria-label)="([^"]*)"/g)) {
		found.push(...lettered(words));
	}
	// A piece of markup may be attributes alone, which another puts into its tag.
	found.push(...lettered(text.replaceAll(/<[^>]*>/g, value).replaceAll(/\b[\w-]+="[^"]*"/g, value)));
}

function lettered(text: string): readonly string[] {
	return text
		.split(value)
		.map((piece) =>
			piece
				.replaceAll(/&\w+;|\\u[0-9a-f]{4}/g, " ")
				.replaceAll(/\s+/g, " ")
				.trim(),
		)
		.filter((piece) => /\p{L}/u.test(piece));
}

/** Other strings are names of things, unless they have words with a space between, or begin as a sentence does. */
function keepProse({ found }: Reader, text: string): void {
	const prose = text.replaceAll(value, "").replaceAll(/\s+/g, " ").trim();
	if (/[a-z]{2} [a-z]/i.test(prose) || /^[A-Z][a-z]+\b/.test(prose)) found.push(prose);
}
