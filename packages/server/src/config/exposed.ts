import { statSync } from "node:fs";
import { platform } from "node:os";
import type { Given } from "./given.ts";
import { fileSettingOf } from "./secrets.ts";
import { secretsIn } from "./settings.ts";

const forOthers = 0o007;

/**
 * A line for each file that holds a secret and is open to every user of this machine, with the command that closes it.
 * Whoever reads the secret of the homeserver can act as anybody there.
 */
export function exposedSecrets(
	given: Given,
	fileAt: (path: readonly string[]) => string | undefined,
): readonly string[] {
	const named = secretsIn(given.value).flatMap((path) => {
		const isInline = given.at(path) !== undefined && given.isFromFile(path);
		const source =
			given.at(fileSettingOf(path)) === undefined ? (isInline ? path : undefined) : fileSettingOf(path);
		const file = source === undefined ? undefined : fileAt(source);
		return source === undefined || file === undefined ? [] : [{ setting: given.nameOf(source), file }];
	});
	return named.flatMap(({ setting, file }) => {
		const mode = modeOf(file);
		return mode === undefined || (mode & forOthers) === 0
			? []
			: [
					`${setting}: every user of this machine can open ${file} (mode ${(mode & 0o777).toString(8)}); close it with: chmod o= ${file}`,
				];
	});
}

/** Undefined where there is no such file, or where modes say nothing. */
function modeOf(file: string): number | undefined {
	return platform() === "win32" ? undefined : statSync(file, { throwIfNoEntry: false })?.mode;
}
