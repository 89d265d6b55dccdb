import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isRecord, member } from "@countersign/protocol";
import { parseSettingsFile } from "../config/index.ts";

/** What of Synapse's settings a move needs. */
export interface SynapseSettings {
	readonly serverName: string;
	/** Its SQLite file. */
	readonly file: string;
	/** Behind every password, before it is hashed; empty where there is none. */
	readonly pepper: string;
}

export type ReadSynapse =
	| ({ readonly ok: true } & SynapseSettings)
	| { readonly ok: false; readonly problems: readonly string[] };

/** Reads Synapse's settings, of several files the later over the earlier as Synapse does. */
export function readSynapseSettings(paths: readonly string[]): ReadSynapse {
	let merged: Readonly<Record<string, unknown>> = {};
	for (const path of paths) {
		const read = readOne(path);
		if (!read.ok) return read;
		merged = { ...merged, ...read.value };
	}
	const serverName = merged.server_name;
	if (typeof serverName !== "string") return refuse("server_name is missing in Synapse's settings");
	const database = databaseOf(merged, dirname(resolve(paths[0] ?? "")));
	if (!database.ok) return database;
	const pepper = inside(merged, "password_config", "pepper") ?? "";
	if (typeof pepper !== "string") return refuse("password_config.pepper is no text");
	return { ok: true, serverName, file: database.file, pepper };
}

function databaseOf(
	settings: Readonly<Record<string, unknown>>,
	folder: string,
): { readonly ok: true; readonly file: string } | Extract<ReadSynapse, { ok: false }> {
	if (settings.databases !== undefined)
		return refuse("Synapse has several databases (databases); only one in one SQLite file can be read yet");
	const name = inside(settings, "database", "name");
	if (name !== undefined && name !== "sqlite3")
		return refuse(`Synapse's database is ${JSON.stringify(name)}; only sqlite3 can be read yet`);
	const file = inside(settings, "database", "args", "database") ?? settings.database_path ?? "homeserver.db";
	return typeof file === "string" && file !== ":memory:"
		? { ok: true, file: resolve(folder, file) }
		: refuse("database.args.database names no file");
}

function readOne(
	path: string,
):
	| { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
	| Extract<ReadSynapse, { ok: false }> {
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch {
		return refuse(`${path} cannot be read`);
	}
	const parsed = parseSettingsFile(path, text);
	if (!parsed.ok) return parsed;
	return isRecord(parsed.value)
		? { ok: true, value: parsed.value }
		: refuse(`${path} holds no settings by their names`);
}

function inside(value: unknown, ...path: readonly string[]): unknown {
	return path.reduce<unknown>((node, name) => (isRecord(node) ? member(node, name) : undefined), value);
}

function refuse(problem: string): Extract<ReadSynapse, { ok: false }> {
	return { ok: false, problems: [problem] };
}
