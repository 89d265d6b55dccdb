import { dirname, resolve } from "node:path";
import { isRecord } from "@countersign/protocol";
import type { SynapsePlace } from "./ports.ts";
import { inside, type Refused, readYaml, refuse } from "./yaml-files.ts";

/** What of Synapse's settings a move needs. */
export interface SynapseSettings {
	readonly serverName: string;
	readonly database: SynapsePlace;
	/** Behind every password, before it is hashed; empty where there is none. */
	readonly pepper: string;
}

export type ReadSynapse = ({ readonly ok: true } & SynapseSettings) | Refused;

/** Reads Synapse's settings, of several files the later over the earlier as Synapse does. */
export function readSynapseSettings(paths: readonly string[]): ReadSynapse {
	let merged: Readonly<Record<string, unknown>> = {};
	for (const path of paths) {
		const read = readYaml(path);
		if (!read.ok) return read;
		merged = { ...merged, ...read.value };
	}
	const serverName = merged.server_name;
	if (typeof serverName !== "string") return refuse("server_name is missing in Synapse's settings");
	const database = databaseOf(merged, dirname(resolve(paths[0] ?? "")));
	if (!database.ok) return database;
	const pepper = inside(merged, "password_config", "pepper") ?? "";
	if (typeof pepper !== "string") return refuse("password_config.pepper is no text");
	return { ok: true, serverName, database: database.place, pepper };
}

type ReadPlace = { readonly ok: true; readonly place: SynapsePlace } | Refused;

function databaseOf(settings: Readonly<Record<string, unknown>>, folder: string): ReadPlace {
	if (settings.databases !== undefined)
		return refuse("Synapse has its tables in several databases (databases), which cannot be read yet");
	const args = inside(settings, "database", "args");
	switch (inside(settings, "database", "name") ?? "sqlite3") {
		case "sqlite3":
			return fileOf(inside(args, "database") ?? settings.database_path ?? "homeserver.db", folder);
		case "psycopg2":
			return serverOf(isRecord(args) ? args : {});
		default:
			return refuse("database.name is neither sqlite3 nor psycopg2");
	}
}

function fileOf(file: unknown, folder: string): ReadPlace {
	return typeof file === "string" && file !== ":memory:"
		? { ok: true, place: { kind: "sqlite", file: resolve(folder, file) } }
		: refuse("database.args.database names no file");
}

/** As libpq names them. */
function serverOf(args: Readonly<Record<string, unknown>>): ReadPlace {
	const { user, password, host, port } = args;
	const database = args.dbname ?? args.database;
	if (typeof user !== "string" || typeof database !== "string")
		return refuse("database.args names no user or no database (dbname)");
	const ssl = String(args.sslmode ?? "prefer");
	return {
		ok: true,
		place: {
			...{ kind: "postgres", user, database, ssl: sslModes[ssl] ?? "none" },
			...(typeof password === "string" && { password }),
			...(typeof host === "string" && host !== "" && { host }),
			...((typeof port === "number" || typeof port === "string") && { port: Number(port) }),
		},
	};
}

export const sslModes: Readonly<Record<string, "any" | "verified">> = {
	require: "any",
	"verify-ca": "verified",
	"verify-full": "verified",
};
