import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isRecord } from "@countersign/protocol";
import type { z } from "zod";
import { type Config, configOf } from "./config.ts";
import { configVariable, type Environment, fromEnvironment } from "./environment.ts";
import { exposedSecrets } from "./exposed.ts";
import { parseSettingsFile, type SettingsFile } from "./file.ts";
import { type Given, mergeGiven } from "./given.ts";
import { type Logo, logoExpected, readLogo } from "./logo.ts";
import { nearest } from "./nearest.ts";
import { fileSettingOf, readSecretFiles, readText } from "./secrets.ts";
import { secretsIn, settingPaths, settings } from "./settings.ts";
import { doubtfulTogether, missingBeside } from "./together.ts";
import { upstreamNames } from "./upstream.ts";

export type ConfigOutcome =
	| {
			readonly ok: true;
			readonly config: Config;
			/** Undefined: there is none. */
			readonly file?: string;
			/** What works and should not stay as it is, a line each. */
			readonly warnings: readonly string[];
	  }
	/** A line for each wrong setting: where it stands, its name, its value, what is expected. */
	| { readonly ok: false; readonly problems: readonly string[] };

const defaultFile = "countersign.yaml";

/**
 * Reads the settings from the file at `path`, else the one that COUNTERSIGN_CONFIG names, else `countersign.yaml` in
 * the working directory if there is one; variables stand before the file. Refuses with every problem at once.
 */
export function loadConfig(environment: Environment, path?: string): ConfigOutcome {
	const named = path ?? (environment[configVariable] || undefined);
	const name = named ?? (existsSync(defaultFile) ? defaultFile : undefined);
	if (name === undefined) return readConfig(environment);
	const text = readText(name);
	if (text === undefined)
		return { ok: false, problems: [`${name} cannot be read; expected a settings file`] };
	const file = parseSettingsFile(name, text);
	return file.ok ? readConfig(environment, file) : file;
}

/** Reads the settings from environment variables, and from a file where one is given. */
export function readConfig(environment: Environment, file?: SettingsFile): ConfigOutcome {
	if (file !== undefined && !isRecord(file.value)) {
		return { ok: false, problems: [`${file.place([])}: expected settings, like port: 8008`] };
	}
	const variables = fromEnvironment(environment);
	const given = mergeGiven(file, variables.given);
	/** A file with its data beside it means the same from wherever it is read, also where it leaves the default. */
	const folderOf = (path: readonly string[]) =>
		file !== undefined && given.isFromFile(path) ? dirname(file.name) : ".";
	const { value, problems } = readSecretFiles(given, folderOf);
	const read = settings.safeParse(value);
	const wrong = read.success ? [] : read.error.issues.flatMap((issue) => problemsOf(issue, given));
	const { logo, problems: ofLogo } = logoOf(given, folderOf);
	const all = [...wrong, ...problems, ...ofLogo, ...missingBeside(given), ...variables.problems];
	if (!read.success || all.length > 0) return { ok: false, problems: all };
	const config = configOf(read.data, { dataFrom: resolve(folderOf(["data"])), logo });
	const fileAt = (path: readonly string[]) => {
		const named = given.at(path);
		if (path.at(-1)?.endsWith("_file"))
			return typeof named === "string" ? resolve(folderOf(path), named) : undefined;
		return file === undefined ? undefined : resolve(file.name);
	};
	const warnings = [...exposedSecrets(given, fileAt), ...doubtfulTogether(given)];
	return { ok: true, config, warnings, ...(file !== undefined && { file: resolve(file.name) }) };
}

const logoPath = ["operator", "logo"];

function logoOf(
	given: Given,
	folderOf: (path: readonly string[]) => string,
): { readonly logo?: Logo | undefined; readonly problems: readonly string[] } {
	const named = given.at(logoPath);
	if (typeof named !== "string" || named === "") return { problems: [] };
	const logo = readLogo(resolve(folderOf(logoPath), named));
	const problem = `${given.nameOf(logoPath)} is ${JSON.stringify(named)}; expected ${logoExpected}`;
	return { logo, problems: logo === undefined ? [problem] : [] };
}

function problemsOf(issue: z.core.$ZodIssue, given: Given): readonly string[] {
	const path = issue.path.filter((part) => typeof part === "string");
	if (issue.code === "unrecognized_keys") {
		return issue.keys.map((key) => unknownSetting([...path, key], given));
	}
	const secret = secretsIn(given.value).find((each) => path.every((part, at) => part === each[at]));
	if (secret !== undefined && issue.path.length > 0) {
		const source = given.at(path) === undefined ? fileSettingOf(path) : path;
		return [`${given.nameOf(source)} has a value that is not shown here; expected ${issue.message}`];
	}
	const value = given.at(path);
	const is = value === undefined ? "is not set" : `is ${JSON.stringify(value)}`;
	return [`${given.nameOf(path)} ${is}; expected ${issue.message}`];
}

function unknownSetting(path: readonly string[], given: Given): string {
	const ofProvider = upstreamNames.map((name) => [...path.slice(0, 2), name]);
	const all = path[0] === "upstream" && path.length === 3 ? ofProvider : settingPaths;
	const known = all.flatMap((setting) => [setting.join("."), setting.slice(0, -1).join(".")]);
	const meant = nearest(path.join("."), known);
	return `${given.nameOf(path)} is not a setting${meant === undefined ? "" : `; did you mean ${meant}?`}`;
}
