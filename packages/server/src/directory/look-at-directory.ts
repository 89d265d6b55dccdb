import { ResultCodeError } from "ldapts";
import type { LdapConfig } from "../config/index.ts";
import type { DirectoryState } from "../doctor/ports.ts";
import { type Connection, connect } from "./connect.ts";
import { filterOfAnybody, isBinary } from "./filters.ts";

type Step = Extract<DirectoryState, { ok: false }>["at"];

/** Goes as far as a sign-in does before a password is tried. Changes nothing, and tells nothing that the directory wrote. */
export async function lookAtDirectory(config: LdapConfig): Promise<DirectoryState> {
	const connection = connect(config);
	const late = Promise.withResolvers<DirectoryState>();
	const failure = `no answer within ${config.timeoutMs / 1000} s`;
	const timer = setTimeout(() => late.resolve({ ok: false, at: "connection", failure }), config.timeoutMs);
	try {
		return await Promise.race([look(config, connection), late.promise]);
	} finally {
		clearTimeout(timer);
		connection.close();
	}
}

async function look(config: LdapConfig, { client, encrypt }: Connection): Promise<DirectoryState> {
	const { bind, base, idAttribute } = config;
	let at: Step = "encryption";
	try {
		await encrypt();
		at = "bind";
		if (bind !== undefined) await client.bind(bind.dn, bind.password);
		at = "search";
		// That there are more than one is no error where so many were asked for.
		const { searchEntries } = await client.search(base, {
			...({ scope: "sub", derefAliases: "never", sizeLimit: 1 } as const),
			...{ filter: filterOfAnybody(config), attributes: [idAttribute] },
			timeLimit: Math.ceil(config.timeoutMs / 1000),
			...(isBinary(idAttribute) && { explicitBufferAttributes: [idAttribute] }),
		});
		return { ok: true, hasSomebody: searchEntries.length > 0 };
	} catch (error) {
		return failed(error, at);
	}
}

const noSuchObject = 32;

function failed(error: unknown, at: Step): DirectoryState {
	if (error instanceof ResultCodeError) {
		const failure = `${error.name.replace(/Error$/, "")} (${error.code})`;
		return { ok: false, at: at === "search" && error.code === noSuchObject ? "base" : at, failure };
	}
	const code = codeOf(error);
	const isOfTls = /CERT|TLS|SSL|SIGNATURE|EPROTO/.test(code);
	return { ok: false, at: isOfTls ? "encryption" : "connection", failure: code || "the connection was cut" };
}

/** One of Node.js or of the system, in capitals. */
function codeOf(error: unknown): string {
	const code = error instanceof Error && "code" in error ? error.code : undefined;
	return typeof code === "string" && /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : "";
}
