import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "oxc-parser";

interface Node {
	readonly type: string;
	readonly [member: string]: unknown;
}

/** A declaration, wherever it stands. */
interface Declared {
	readonly file: string;
	readonly name: string;
}

interface Module {
	readonly declarations: ReadonlyMap<string, Node>;
	/** Local name to what it stands for. */
	readonly imports: ReadonlyMap<string, Declared>;
	/** Exported name to what it stands for. */
	readonly exports: ReadonlyMap<string, Declared>;
}

/**
 * The types that stand in what these doors export and cannot be named from outside, as `name (file)`.
 *
 * @param doors declaration files
 */
export function unnameable(doors: readonly string[]): readonly string[] {
	const read = createReader();
	const key = ({ file, name }: Declared) => `${name} (${file})`;
	const named = new Map(
		doors.flatMap((door) => [...read(door).exports.values()]).map((one) => [key(one), one]),
	);
	const mentioned = [...named.values()].flatMap((one) => {
		const { declarations, imports } = read(one.file);
		const node = declarations.get(one.name);
		if (node === undefined) throw new Error(`${key(one)} is declared nowhere`);
		return [...typesIn(node)].flatMap((name) => {
			if (declarations.has(name)) return [{ file: one.file, name }];
			return imports.get(name) ?? [];
		});
	});
	return [...new Set(mentioned.map(key))].filter((name) => !named.has(name)).sort();
}

function createReader(): (file: string) => Module {
	const known = new Map<string, Module>();
	const read = (file: string): Module => {
		const module = known.get(file) ?? readModule(file, read);
		known.set(file, module);
		return module;
	};
	return read;
}

function readModule(file: string, read: (file: string) => Module): Module {
	const { module, program } = parseSync(file, readFileSync(file, "utf8"));
	const beside = (request: string) => join(file, "..", request.replace(/\.js$/, ".d.ts"));
	const statements = program.body as unknown as readonly Node[];
	const declarations = new Map(statements.flatMap(declared));
	const imports = new Map(
		module.staticImports.flatMap(({ entries, moduleRequest }) =>
			entries.map(({ importName, localName }) => {
				const target = read(beside(moduleRequest.value)).exports.get(importName.name ?? "");
				return [localName.value, target ?? { file, name: localName.value }] as const;
			}),
		),
	);
	const exports = module.staticExports.flatMap(({ entries }) =>
		entries.flatMap(({ importName, exportName, localName, moduleRequest }): [string, Declared][] => {
			const name = exportName.name ?? "default";
			if (moduleRequest === null || moduleRequest === undefined) {
				const local = localName.name ?? name;
				return [[name, imports.get(local) ?? { file, name: local }]];
			}
			const from = read(beside(moduleRequest.value)).exports;
			if (exportName.kind === "None") return [...from];
			const target = from.get(importName.name ?? name);
			return target === undefined ? [] : [[name, target]];
		}),
	);
	return { declarations, imports, exports: new Map(exports) };
}

function declared(statement: Node): readonly (readonly [string, Node])[] {
	const node =
		statement.type === "ExportNamedDeclaration" ? (statement.declaration as Node | null) : statement;
	if (node === null) return [];
	const declarators = node.type === "VariableDeclaration" ? (node.declarations as readonly Node[]) : [node];
	return declarators.flatMap((each) => {
		const id = each.id as { readonly name?: string } | undefined;
		return id?.name === undefined ? [] : [[id.name, each] as const];
	});
}

/** Names of types, and of values asked for their type; the parameters of types are names of nothing outside. */
function typesIn(node: Node): ReadonlySet<string> {
	const [found, parameters] = [new Set<string>(), new Set<string>()];
	const look = (value: unknown): void => {
		if (typeof value !== "object" || value === null) return;
		const each = value as Node;
		const name = nameOf(each.typeName ?? each.exprName ?? (isHeritage(each) ? each.expression : undefined));
		if (name !== undefined) found.add(name);
		const parameter = each.type === "TSTypeParameter" ? nameOf(each.name) : undefined;
		if (parameter !== undefined) parameters.add(parameter);
		for (const inner of Object.values(each)) look(inner);
	};
	look(node);
	return new Set([...found].filter((name) => !parameters.has(name)));
}

function isHeritage({ type }: Node): boolean {
	return type === "TSInterfaceHeritage" || type === "TSClassImplements";
}

function nameOf(identifier: unknown): string | undefined {
	if (typeof identifier !== "object" || identifier === null || !("name" in identifier)) return undefined;
	return typeof identifier.name === "string" ? identifier.name : undefined;
}
