import { isRecord } from "@countersign/protocol";
import type { GivenByVariable } from "./environment.ts";
import type { SettingsFile } from "./file.ts";

/** What was set, before it is judged, and where each setting came from. */
export interface Given {
	readonly value: Readonly<Record<string, unknown>>;
	/** Undefined where nobody set anything. */
	at(path: readonly string[]): unknown;
	/** For messages: where the setting stands and what it is called there. */
	nameOf(path: readonly string[]): string;
	isFromFile(path: readonly string[]): boolean;
}

/** File and variables as one; a variable stands before the file, also where one names a value and the other its file. */
export function mergeGiven(file: SettingsFile | undefined, variables: readonly GivenByVariable[]): Given {
	const byPath = new Map(variables.map((given) => [given.path.join("."), given]));
	let value = isRecord(file?.value) ? file.value : {};
	for (const given of variables) value = withMember(value, given.path, given.value);
	for (const { path } of variables) value = withoutRival(value, path, byPath);
	return {
		value,
		at: (path) => path.reduce<unknown>((node, name) => (isRecord(node) ? node[name] : undefined), value),
		isFromFile: (path) => !byPath.has(path.join(".")),
		nameOf(path) {
			const settingPath = path.filter((part) => typeof part === "string");
			const variable = byPath.get(settingPath.join("."))?.variable;
			if (variable !== undefined) return variable;
			const where = file === undefined ? "" : `${file.place(settingPath)}: `;
			return `${where}${settingPath.join(".")}`;
		},
	};
}

export type Tree = Readonly<Record<string, unknown>>;

/** The tree with that member set, and the groups around it made where they were not. */
export function withMember(tree: Tree, [name = "", ...rest]: readonly string[], value: unknown): Tree {
	const inner = Object.hasOwn(tree, name) ? tree[name] : undefined;
	return {
		...tree,
		[name]: rest.length === 0 ? value : withMember(isRecord(inner) ? inner : {}, rest, value),
	};
}

/** `x` by a variable replaces `x_file` of the settings file, and the other way round. */
function withoutRival(tree: Tree, path: readonly string[], byPath: ReadonlyMap<string, unknown>): Tree {
	const name = path.at(-1) ?? "";
	const rival = name.endsWith("_file") ? name.slice(0, -"_file".length) : `${name}_file`;
	const rivalPath = [...path.slice(0, -1), rival];
	return byPath.has(rivalPath.join(".")) ? tree : without(tree, rivalPath);
}

function without(tree: Tree, [name = "", ...rest]: readonly string[]): Tree {
	const { [name]: inner, ...others } = tree;
	if (rest.length === 0) return others;
	return isRecord(inner) ? { ...tree, [name]: without(inner, rest) } : tree;
}
