import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Given } from "./given.ts";
import { secretSettings } from "./settings.ts";

/** Puts the content of every `<name>_file` in the place of `<name>`, without the end of its last line. */
export function readSecretFiles(
	given: Given,
	folderOf: (path: readonly string[]) => string,
): { readonly value: Readonly<Record<string, unknown>>; readonly problems: readonly string[] } {
	const value = { ...given.value };
	const problems: string[] = [];
	for (const name of secretSettings) {
		const path = [`${name}_file`];
		const file = given.at(path);
		if (typeof file !== "string" || file === "") continue;
		if (given.at([name]) !== undefined) {
			problems.push(`${given.nameOf(path)} is set beside ${name}; expected one of them`);
			continue;
		}
		const text = readText(resolve(folderOf(path), file));
		if (text === undefined)
			problems.push(`${given.nameOf(path)} is ${JSON.stringify(file)}; expected a file that can be read`);
		else value[name] = text.trimEnd();
	}
	return { value, problems };
}

/** Undefined where it cannot be read. */
export function readText(file: string): string | undefined {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return undefined;
	}
}
