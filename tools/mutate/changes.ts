import type { Node } from "oxc-parser";

/** A piece of a source to be replaced. */
export interface Change {
	readonly start: number;
	readonly end: number;
	readonly text: string;
}

/** Comparison at its border, and its opposite. */
const operators: ReadonlyMap<string, readonly string[]> = new Map([
	["<", ["<=", ">="]],
	["<=", ["<", ">"]],
	[">", [">=", "<="]],
	[">=", [">", "<"]],
	["===", ["!=="]],
	["!==", ["==="]],
	["+", ["-"]],
	["-", ["+"]],
	["*", ["/"]],
	["/", ["*"]],
	["%", ["*"]],
	["+=", ["-="]],
	["-=", ["+="]],
	["++", ["--"]],
	["--", ["++"]],
]);

/** Calls that narrow, order or bound what they are called on, and can be left out. */
const droppable = new Set([
	...["filter", "sort", "toSorted", "reverse", "slice", "trim", "toLowerCase", "normalize", "subarray"],
	...["where", "whereRef", "orderBy", "limit", "unique"],
]);

const swapped: ReadonlyMap<string, string> = new Map([
	["min", "max"],
	["max", "min"],
	["some", "every"],
	["every", "some"],
	["startsWith", "endsWith"],
	["endsWith", "startsWith"],
	["floor", "ceil"],
	["ceil", "floor"],
]);

/** What a reader may see: its words are no behaviour. */
const words = /[\p{L},.:;)] [\p{L}(]/u;

/** Every way in which this node, by itself, is made wrong. */
export function changesOf(node: Node, source: string): readonly Change[] {
	switch (node.type) {
		case "BinaryExpression":
		case "AssignmentExpression":
			return operatorChanges(node, source);
		case "UpdateExpression":
			return updateChanges(node, source);
		case "LogicalExpression":
			return logicalChanges(node, source);
		case "UnaryExpression":
			return node.operator === "!" || node.operator === "-"
				? [replace(node, textOf(node.argument, source))]
				: [];
		case "IfStatement":
		case "ConditionalExpression":
			return [replace(node.test, "true"), replace(node.test, "false")];
		case "WhileStatement":
			return [replace(node.test, "false")];
		case "ExpressionStatement":
		case "ThrowStatement":
		case "ContinueStatement":
			return isDirective(node) ? [] : [replace(node, ";")];
		case "ObjectExpression":
			return node.properties.map((member) => removeMember(member, source));
		case "ArrayExpression":
			return node.elements.flatMap((element) => (element === null ? [] : [removeMember(element, source)]));
		case "CallExpression":
			return callChanges(node, source);
		case "TemplateLiteral":
			return words.test(textOf(node, source)) ? [] : [replace(node, '""')];
		case "Literal":
			return literalChanges(node);
		default:
			return [];
	}
}

type Of<Type extends Node["type"]> = Extract<Node, { type: Type }>;

function operatorChanges(
	node: Of<"BinaryExpression"> | Of<"AssignmentExpression">,
	source: string,
): readonly Change[] {
	const joinsText = node.operator === "+" && [node.left, node.right].some(isText);
	if (joinsText) return [];
	return (operators.get(node.operator) ?? []).map((operator) => {
		const at = source.indexOf(node.operator, node.left.end);
		return { start: at, end: at + node.operator.length, text: operator };
	});
}

function updateChanges(node: Of<"UpdateExpression">, source: string): readonly Change[] {
	const at = source.indexOf(node.operator, node.prefix ? node.start : node.argument.end);
	return (operators.get(node.operator) ?? []).map((text) => ({ start: at, end: at + 2, text }));
}

function isText(node: Node): boolean {
	return node.type === "TemplateLiteral" || (node.type === "Literal" && typeof node.value === "string");
}

/** Each side left out, and the sides joined the other way. */
function logicalChanges(node: Of<"LogicalExpression">, source: string): readonly Change[] {
	const left = replace(node, `(${textOf(node.left, source)})`);
	const right = replace(node, `(${textOf(node.right, source)})`);
	if (node.operator === "??") return [left];
	const at = source.indexOf(node.operator, node.left.end);
	const other = { start: at, end: at + 2, text: node.operator === "&&" ? "||" : "&&" };
	// Operators of two kinds may not stand side by side without parentheses.
	const joined = replace(
		node,
		`((${textOf(node.left, source)}) ${other.text} (${source.slice(other.end, node.end).trim()}))`,
	);
	return [left, right, joined];
}

function callChanges(node: Of<"CallExpression">, source: string): readonly Change[] {
	const { callee } = node;
	if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return [];
	const { name } = callee.property;
	const other = swapped.get(name);
	return [
		...(droppable.has(name) ? [replace(node, textOf(callee.object, source))] : []),
		...(other === undefined ? [] : [replace(callee.property, other)]),
	];
}

function literalChanges(node: Of<"Literal">): readonly Change[] {
	const { value } = node;
	if (typeof value === "boolean") return [replace(node, String(!value))];
	if (typeof value === "number") return [replace(node, String(value + 1))];
	if (typeof value === "string") return words.test(value) ? [] : [replace(node, value === "" ? '"x"' : '""')];
	if ("regex" in node) return anchorChanges(node, `/${node.regex.pattern}/${node.regex.flags}`);
	return [];
}

/** A pattern that holds somewhere instead of everywhere. */
function anchorChanges(node: Node, pattern: string): readonly Change[] {
	const open = pattern.replace(/^\/\^/, "/");
	const endless = pattern.replace(/\$(?=\/[a-z]*$)/, "");
	return [open, endless].filter((changed) => changed !== pattern).map((changed) => replace(node, changed));
}

function isDirective(node: Node): boolean {
	return "directive" in node && typeof node.directive === "string";
}

/** A member of a literal, with the comma behind it. */
function removeMember(node: Node, source: string): Change {
	const comma = /^\s*,/.exec(source.slice(node.end));
	return { start: node.start, end: node.end + (comma?.[0].length ?? 0), text: "" };
}

function replace(node: Node, text: string): Change {
	return { start: node.start, end: node.end, text };
}

function textOf(node: Node, source: string): string {
	return source.slice(node.start, node.end);
}
