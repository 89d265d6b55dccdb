import { parseSync } from "oxc-parser";

/** Where a compiled file is, and the one package whose files go along. */
export interface Place {
	readonly path: string;
	/** What an import of `@countersign/protocol` becomes. */
	readonly protocol: string;
}

/**
 * The file with imports that work where only JavaScript is: `./x.ts`, which the compiler leaves in declarations,
 * becomes `./x.js`, and `@countersign/protocol` the file that goes along.
 *
 * @throws when another package is left
 */
export function rewriteSpecifiers(text: string, { path, protocol }: Place): string {
	const { module, errors } = parseSync(path, text);
	if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
	const requests = [
		...module.staticImports.map(({ moduleRequest }) => moduleRequest),
		...module.staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest)),
	].filter((request) => request !== undefined && request !== null);
	const places = new Map(requests.map(({ start, end, value }) => [start, { end, value }]));
	const rewritten = [...places]
		.sort(([one], [other]) => other - one)
		.reduce((sofar, [start, { end, value }]) => {
			return `${sofar.slice(0, start)}"${published(value, { path, protocol })}"${sofar.slice(end)}`;
		}, text);
	// Types may name a module in the middle of a line, which is no import; the compiler writes that where it infers one.
	if (/import\(["']/.test(rewritten))
		throw new Error(`${path}: an inferred type names a module: write the type`);
	return rewritten;
}

function published(specifier: string, { path, protocol }: Place): string {
	if (specifier === "@countersign/protocol") return protocol;
	if (specifier.startsWith("node:")) return specifier;
	if (!specifier.startsWith(".")) throw new Error(`${path}: nobody installs ${specifier} along with this`);
	return specifier.replace(/\.ts$/, ".js");
}
