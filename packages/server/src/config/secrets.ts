import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Given, withMember } from "./given.ts";
import { secretsIn } from "./settings.ts";

/** Puts the content of every `<name>_file` in the place of `<name>`, without the end of its last line. */
export function readSecretFiles(
	given: Given,
	folderOf: (path: readonly string[]) => string,
): { readonly value: Readonly<Record<string, unknown>>; readonly problems: readonly string[] } {
	let value = given.value;
	const problems: string[] = [];
	for (const path of secretsIn(given.value)) {
		const filePath = fileSettingOf(path);
		const file = given.at(filePath);
		if (typeof file !== "string" || file === "") continue;
		if (given.at(path) !== undefined) {
			problems.push(`${given.nameOf(filePath)} is set beside ${path.join(".")}; expected one of them`);
		} else {
			const text = readText(resolve(folderOf(filePath), file));
			if (text !== undefined) value = withMember(value, path, text.trimEnd());
			else
				problems.push(
					`${given.nameOf(filePath)} is ${JSON.stringify(file)}; expected a file that can be read`,
				);
		}
	}
	return { value, problems };
}

/** The setting that names a file to read this one from. */
export function fileSettingOf(path: readonly string[]): readonly string[] {
	return [...path.slice(0, -1), `${path.at(-1)}_file`];
}

/** Undefined where it cannot be read. */
export function readText(file: string): string | undefined {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return undefined;
	}
}
