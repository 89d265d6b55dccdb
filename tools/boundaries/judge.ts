import { posix } from "node:path";
import {
	ambient,
	everywhere,
	libraries,
	longestFile,
	longFiles,
	packages,
	serverFolders,
	wiring,
} from "./table.ts";

const importPattern =
	/^\s*(?:import|export)\s[^;"']*?from\s*"([^"]+)"|^\s*import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm;
const server = "server/src/";

export interface Source {
	/** Relative to `packages/`, with forward slashes. */
	readonly path: string;
	readonly text: string;
}

function isWithin(path: string, places: readonly string[]): boolean {
	return places.some((place) => (place.endsWith("/") ? path.startsWith(place) : path === place));
}

/** The folder of `server/src` a file belongs to; "" for the files beside the folders. */
function folderOf(path: string): string {
	const [first = "", ...rest] = path.slice(server.length).split("/");
	if (rest.length === 0) return "";
	return first === "homeserver" && rest.length > 1 ? `${first}/${rest[0]}` : first;
}

function judgePackageName(path: string, name: string): readonly string[] {
	const found = [];
	const home = Object.keys(packages).find((prefix) => path.startsWith(prefix));
	const rule = home === undefined ? undefined : packages[home];
	if (rule && !rule.imports.some((pattern) => pattern.test(name)))
		found.push(`${home} may not import "${name}": ${rule.why}`);
	const library = Object.keys(libraries).find((each) => name === each || name.startsWith(`${each}/`));
	const owned = library === undefined ? undefined : libraries[library];
	if (owned && path.startsWith(server) && !isWithin(path, owned.owners))
		found.push(`"${library}" belongs to ${owned.owners.join(", ")}: ${owned.why}`);
	return found;
}

function judgeServerArrow(path: string, from: string, to: string, file: string): readonly string[] {
	const found = [];
	const isDoor = file === "index.ts" || file === "ports.ts";
	if (to !== "" && !isDoor)
		found.push(
			`${to}/ has one door: import its index.ts or ports.ts, not ${file}, so that its inside can change`,
		);
	if (isWithin(path, wiring)) return found;
	if (to === "")
		return [`only the wiring may import files beside the folders (${file}): arrows point inward`];
	const { uses = [], implements: ports = [] } = serverFolders[from] ?? {};
	const allowed = [...everywhere, ...uses].includes(to) || (file === "ports.ts" && ports.includes(to));
	if (!allowed)
		found.push(
			`${from || "a file beside the folders"} may not use ${to}/${file}: declare what is needed in ports.ts and let compose.ts hand it in`,
		);
	return found;
}

function judgeRelative(path: string, name: string): readonly string[] {
	const target = posix.join(posix.dirname(path), name);
	const root = `${path.split("/").slice(0, 2).join("/")}/`;
	if (!target.startsWith(root)) return [`"${name}" leaves ${root}: import packages by their name`];
	if (root !== server) return [];
	const [from, to] = [folderOf(path), folderOf(target)];
	return from === to ? [] : judgeServerArrow(path, from, to, posix.basename(target));
}

/** The file without its comment lines, whose words are not deeds. The formatter keeps comments on lines of their own. */
function codeOf(text: string): string {
	return text.replaceAll(/^\s*(?:\/\/|\/\*|\*).*$/gm, "").replaceAll(/\s\/\/ .*$/gm, "");
}

/** What the file imports, by the names it uses for it. */
export function importsIn(text: string): readonly string[] {
	return [...codeOf(text).matchAll(importPattern)].map(
		([, from, effect, dynamic]) => from ?? effect ?? dynamic ?? "",
	);
}

/** What the file imports from outside its folder: a library or package by its name, or `folder/file` of the server. */
export function arrowsOf({ path, text }: Source): { readonly from: string; readonly to: readonly string[] } {
	const from = folderOf(path);
	const to = importsIn(text).flatMap((name) => {
		if (!name.startsWith(".")) return [name];
		const target = posix.join(posix.dirname(path), name);
		const folder = folderOf(target);
		return folder === from ? [] : [`${folder}/${posix.basename(target)}`];
	});
	return { from, to };
}

/** Every rule the file breaks, with its reason. Tests may import and call what they like. */
export function judge({ path, text }: Source): readonly string[] {
	const found = [];
	const lines = text.split("\n").length - 1;
	if (lines > longestFile && !isWithin(path, longFiles))
		found.push(`${lines} lines are more than ${longestFile}: it is probably more than one thing`);
	if (!/^[^/]+\/src\//.test(path) || path.endsWith(".test.ts"))
		return found.map((line) => `${path}: ${line}`);
	const code = codeOf(text);
	for (const name of importsIn(text)) {
		found.push(...(name.startsWith(".") ? judgeRelative(path, name) : judgePackageName(path, name)));
	}
	for (const { name, pattern, owners, why } of ambient) {
		if (pattern.test(code) && !isWithin(path, owners)) found.push(`${name} is not for this file: ${why}`);
	}
	if (/\.\.\.\{/.test(code) && isWiring(path))
		found.push("a literal spread into a literal is not for wiring: what it names wrongly still compiles");
	return found.map((line) => `${path}: ${line}`);
}

/** What hands the parts to each other: the root and each folder's own `create.ts`. */
function isWiring(path: string): boolean {
	return isWithin(path, wiring) || (path.startsWith(server) && posix.basename(path) === "create.ts");
}
