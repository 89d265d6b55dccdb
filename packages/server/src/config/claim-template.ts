import { isRecord } from "@countersign/protocol";

/**
 * What is made of the claims of another service: text, with values in double braces, as MAS has it.
 *
 * `{{ user.name }}` is a claim, `{{ user.address.locality }}` one inside another, and `| lower`, `| trim`,
 * `| split('@')`, `| first` and `| last` change it. Nothing else is understood: no loop, no condition, no call, so that
 * whatever the service says can neither run nor take long.
 */
export interface ClaimTemplate {
	/** Undefined where a claim is missing, or is neither text nor a number that JSON.parse gives as it was written. */
	render(claims: Readonly<Record<string, unknown>>): string | undefined;
	/** Of which claims it is made, as they are written. */
	readonly claims: readonly string[];
}

type Value = string | readonly string[] | undefined;

interface Piece {
	readonly path: readonly string[];
	readonly filters: readonly ((value: Value) => Value)[];
}

const longest = 500;
const expression = /^user((?:\.[A-Za-z0-9_:-]+)+)((?:\s*\|\s*[a-z]+(?:\('[^'{}]{1,20}'\))?)*)$/;

/** Undefined for anything else. */
export function parseClaimTemplate(text: string): ClaimTemplate | undefined {
	if (text.length > longest) return undefined;
	const parts = text.split(/\{\{(.*?)\}\}/s);
	const pieces = parts.map((part, at) => (at % 2 === 0 ? part : pieceOf(part.trim())));
	const isRead = pieces.every(
		(piece) => piece !== undefined && !(typeof piece === "string" && /[{}]/.test(piece)),
	);
	if (!isRead || text.trim() === "") return undefined;
	return {
		claims: pieces.flatMap((piece) => (typeof piece === "object" ? [piece.path.join(".")] : [])),
		render(claims) {
			const values = pieces.map((piece) => (typeof piece === "object" ? fill(piece, claims) : piece));
			return values.every((value) => typeof value === "string") ? values.join("") : undefined;
		},
	};
}

function pieceOf(text: string): Piece | undefined {
	const [, path = "", filters = ""] = expression.exec(text) ?? [];
	if (path === "") return undefined;
	const read = filters
		.split("|")
		.slice(1)
		.map((each) => filterOf(each.trim()));
	return read.some((filter) => filter === undefined)
		? undefined
		: { path: path.slice(1).split("."), filters: read.filter((filter) => filter !== undefined) };
}

function filterOf(text: string): ((value: Value) => Value) | undefined {
	const [, name = "", argument] = /^([a-z]+)(?:\('(.*)'\))?$/.exec(text) ?? [];
	if ((name === "split") !== (argument !== undefined)) return undefined;
	switch (name) {
		case "lower":
			return onText((value) => value.toLowerCase());
		case "trim":
			return onText((value) => value.trim());
		case "split":
			return onText((value) => value.split(argument ?? ""));
		case "first":
			return (value) => (typeof value === "object" ? value[0] : undefined);
		case "last":
			return (value) => (typeof value === "object" ? value.at(-1) : undefined);
		default:
			return undefined;
	}
}

function onText(change: (value: string) => Value): (value: Value) => Value {
	return (value) => (typeof value === "string" ? change(value) : undefined);
}

function fill({ path, filters }: Piece, claims: Readonly<Record<string, unknown>>): Value {
	const claim = path.reduce<unknown>(
		(node, name) => (isRecord(node) && Object.hasOwn(node, name) ? node[name] : undefined),
		claims,
	);
	// Of two large numbers that are read as one, or two ways to write one, each would be the other's person.
	const text = Number.isSafeInteger(claim) ? String(claim) : claim;
	const start = typeof text === "string" && text !== "" ? text : undefined;
	return filters.reduce<Value>((value, filter) => filter(value), start);
}
