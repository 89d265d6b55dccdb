import { type Node, parseSync, visitorKeys } from "oxc-parser";
import { type Change, changesOf } from "./changes.ts";

/** One fault put into a source on purpose. */
export interface Mutant extends Change {
	/** Relative to the root of the repository. */
	readonly file: string;
	readonly line: number;
	/** The line that it begins in, without the white space around it: what the list of equivalent ones goes by. */
	readonly code: string;
	/** `what stands there => what is put in its place`, in one line. */
	readonly change: string;
}

/** Every mutant of a source, from its beginning to its end. Types and the words of imports are left as they are. */
export function mutantsOf(file: string, source: string): readonly Mutant[] {
	const { program, errors } = parseSync(file, source, { lang: "ts", sourceType: "module" });
	if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`);
	const lines = source.split("\n");
	return [...walk(program, source)]
		.sort((a, b) => a.start - b.start || a.end - b.end)
		.map((change) => {
			const line = source.slice(0, change.start).split("\n").length;
			return {
				...change,
				...{ file, line, code: (lines[line - 1] ?? "").trim() },
				change: `${inOneLine(source.slice(change.start, change.end))} => ${inOneLine(change.text)}`,
			};
		});
}

/** The source with the fault in it. */
export function mutated(source: string, { start, end, text }: Change): string {
	return source.slice(0, start) + text + source.slice(end);
}

function inOneLine(text: string): string {
	return text.trim() === "" ? "nothing" : text.replaceAll(/\s+/g, " ").trim();
}

function* walk(node: Node, source: string): Generator<Change> {
	yield* changesOf(node, source);
	for (const child of childrenOf(node)) yield* walk(child, source);
}

/** Those that run. A key, a label of a case and a type decide nothing by themselves. */
function childrenOf(node: Node): readonly Node[] {
	switch (node.type) {
		case "ImportDeclaration":
		case "ExportAllDeclaration":
		case "ImportExpression":
			return [];
		case "ExportNamedDeclaration":
			return node.declaration === null ? [] : [node.declaration];
		case "TSAsExpression":
		case "TSSatisfiesExpression":
		case "TSNonNullExpression":
			return [node.expression];
		case "Property":
			return node.computed ? [node.key, node.value] : [node.value];
		case "SwitchCase":
			return node.consequent;
		default:
			return node.type.startsWith("TS") ? [] : nodesIn(node);
	}
}

function nodesIn(node: Node): readonly Node[] {
	const members = node as unknown as Readonly<Record<string, Node | readonly Node[] | null | undefined>>;
	return (visitorKeys[node.type] ?? []).flatMap((key) => {
		const child = members[key];
		return child === null || child === undefined
			? []
			: Array.isArray(child)
				? child.filter(Boolean)
				: [child as Node];
	});
}
