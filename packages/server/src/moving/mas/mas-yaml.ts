import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, resolve } from "node:path";
import { isRecord } from "@countersign/protocol";
import type { PasswordSchemeConfig } from "../../config/index.ts";
import { sslModes } from "../homeserver-yaml.ts";
import type { PostgresPlace } from "../ports.ts";
import { inside, type ReadValue, type Refused, readYaml, refuse, type Tree } from "../yaml-files.ts";
import { type CarriedKeys, readKeys } from "./keys.ts";
import type { MasFacts } from "./plan-mas.ts";
import { schemesOf } from "./schemes.ts";

/** What of MAS's settings a move needs. */
export interface MasSettings extends MasFacts {
	readonly database: PostgresPlace;
	readonly keys: CarriedKeys;
	/** How new passwords are hashed there; undefined where nobody has one. */
	readonly newest: PasswordSchemeConfig | undefined;
	/** Where Synapse answers, and the secret that it and MAS share. */
	readonly synapse: string;
	readonly synapseSecret: string;
	/** Everything, as it was written. */
	readonly tree: Tree;
}

export type ReadMas = ({ readonly ok: true } & MasSettings) | Refused;

/** Reads MAS's settings, of several files the later into the earlier as MAS does: lists stand behind one another. */
export function readMasSettings(paths: readonly string[]): ReadMas {
	let tree: Tree = {};
	for (const path of paths) {
		const read = readYaml(path);
		if (!read.ok) return read;
		tree = merged(tree, read.value);
	}
	const folder = dirname(resolve(paths[0] ?? ""));
	try {
		return readTree(tree, folder);
	} catch (error) {
		return refuse(error instanceof Error ? error.message : "MAS's settings cannot be understood");
	}
}

function readTree(tree: Tree, folder: string): ReadMas {
	const read: ReadValue = (section, name) => {
		const value = inside(section, name) ?? undefined;
		const file = inside(section, `${name}_file`);
		if (value !== undefined || typeof file !== "string")
			return value === undefined ? undefined : String(value);
		return textIn(resolve(folder, file));
	};
	const serverName = inside(tree, "matrix", "homeserver") ?? "localhost:8008";
	if (typeof serverName !== "string") return refuse("matrix.homeserver is no name");
	const synapse = URL.parse(String(inside(tree, "matrix", "endpoint") ?? "http://localhost:8008/"));
	if (synapse === null || synapse.pathname !== "/")
		return refuse("matrix.endpoint is no address without a path, which Countersign needs");
	const synapseSecret = (read(inside(tree, "matrix"), "secret") ?? "").trim();
	const base = publicBaseOf(tree);
	if (!base.ok) return base;
	const key = (read(inside(tree, "secrets"), "encryption") ?? "").trim();
	if (!/^[0-9a-f]{64}$/i.test(key)) return refuse("secrets.encryption is not 64 hexadecimal digits");
	const schemes = schemesOf(tree, read);
	const keys = readKeys(inside(tree, "secrets"), { read, folder });
	return {
		ok: true,
		...{ serverName, publicBase: base.publicBase, synapse: synapse.href, synapseSecret, tree, keys },
		database: databaseOf(inside(tree, "database"), read),
		encryptionKey: Buffer.from(key, "hex"),
		...{ schemes, newest: schemes[0], arePasswordsOff: inside(tree, "passwords", "enabled") === false },
		algorithms: ["ES256", ...keys.carried.map(({ alg }) => alg)],
		adminUsers: namesOf(inside(tree, "policy", "data", "admin_users")),
	};
}

/** A secret of bytes that are no text would silently be another one. */
function textIn(file: string): string {
	const bytes = readFileSync(file);
	if (!isUtf8(bytes))
		throw new Error(`${file} holds bytes that are no text (UTF-8), which cannot be carried`);
	return bytes.toString();
}

function publicBaseOf(tree: Tree): { readonly ok: true; readonly publicBase: string } | Refused {
	const base = URL.parse(String(inside(tree, "http", "public_base")));
	if (base === null) return refuse("http.public_base is missing");
	const issuer = inside(tree, "http", "issuer") ?? base.href;
	if (base.pathname !== "/")
		return refuse(
			`http.public_base has a path (${base.pathname}), which Countersign cannot have: apps would look for it in vain`,
		);
	if (URL.parse(String(issuer))?.href !== base.href)
		return refuse(
			"http.issuer is another address than http.public_base, which Countersign cannot have: apps would not believe it",
		);
	return { ok: true, publicBase: base.href };
}

function namesOf(value: unknown): readonly string[] {
	return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}

/** An address, or its parts; what is missing is as libpq has it. */
function databaseOf(section: unknown, read: ReadValue): PostgresPlace {
	const uri = inside(section, "uri");
	const user = userInfo().username;
	if (typeof uri === "string") return placeOf(uri, user);
	const of = (name: string) => {
		const value = inside(section, name) ?? undefined;
		return value === undefined ? undefined : String(value);
	};
	const password = read(section, "password")?.trimEnd();
	const [host, port] = [of("socket") ?? of("host"), of("port")];
	return {
		...{ kind: "postgres", user: of("username") ?? user, ssl: sslModes[of("ssl_mode") ?? ""] ?? "none" },
		database: of("database") ?? of("username") ?? user,
		...(host !== undefined && { host }),
		...(port !== undefined && { port: Number(port) }),
		...(password !== undefined && { password }),
	};
}

function placeOf(uri: string, user: string): PostgresPlace {
	const url = new URL(uri);
	const host = url.searchParams.get("host") ?? decodeURIComponent(url.hostname);
	const name = decodeURIComponent(url.username) || user;
	return {
		...{ kind: "postgres", user: name, database: decodeURIComponent(url.pathname.slice(1)) || name },
		ssl: sslModes[url.searchParams.get("sslmode") ?? ""] ?? "none",
		...(host !== "" && { host: host.replace(/^\[(.*)\]$/, "$1") }),
		...(url.port !== "" && { port: Number(url.port) }),
		...(url.password !== "" && { password: decodeURIComponent(url.password) }),
	};
}

/** Groups are put into each other, a list behind the list before it; everything else is replaced. */
function merged(one: Tree, other: Tree): Tree {
	const pairs = Object.entries(other).map(([name, value]): [string, unknown] => {
		const before = inside(one, name);
		if (Array.isArray(before) && Array.isArray(value)) return [name, [...before, ...value]];
		return [name, isRecord(before) && isRecord(value) ? merged(before, value) : value];
	});
	return { ...one, ...Object.fromEntries(pairs) };
}
