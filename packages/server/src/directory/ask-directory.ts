import { randomUUID } from "node:crypto";
import {
	BusyError,
	type Client,
	type Entry,
	OperationsError,
	ResultCodeError,
	SizeLimitExceededError,
	TimeLimitExceededError,
	UnavailableError,
} from "ldapts";
import type { LdapConfig } from "../config/index.ts";
import { safeText } from "../http/index.ts";
import type { DirectoryPerson, DirectoryQuestion } from "../proofs/ports.ts";
import { type Connection, connect } from "./connect.ts";
import { filterOfName, filterOfSubject, isBinary } from "./filters.ts";
import { readFilter } from "./read-filter.ts";
import { subjectOf } from "./subject.ts";

export type Asked =
	| { readonly ok: true; readonly entry: DirectoryPerson }
	| {
			readonly ok: false;
			/** `unclear`: more than one entry is meant, or what is there has no id. `code`: what the directory said. */
			readonly reason: "unknown" | "unclear" | "not-tried" | "refused";
			readonly code?: number;
	  };

/**
 * Search, then bind, each on a connection of its own. Rejects where the directory gives no answer, or cannot be searched.
 * Whoever is not found is bound for all the same, as an entry that there is not: it takes as long.
 */
export async function askDirectory(config: LdapConfig, question: DirectoryQuestion): Promise<Asked> {
	const open: Connection[] = [];
	let isOver = false;
	const opened = async () => {
		if (isOver) throw new Error("nobody waits for the directory any more");
		const connection = connect(config);
		open.push(connection);
		await connection.encrypt();
		return connection.client;
	};
	const deadline = Promise.withResolvers<never>();
	const timer = setTimeout(
		() => deadline.reject(new Error("the directory did not answer in time")),
		config.timeoutMs,
	);
	try {
		return await Promise.race([ask(config, question, opened), deadline.promise]);
	} finally {
		clearTimeout(timer);
		isOver = true;
		for (const connection of open) connection.close();
	}
}

async function ask(
	config: LdapConfig,
	{ meant, password, mayTry }: DirectoryQuestion,
	opened: () => Promise<Client>,
): Promise<Asked> {
	const found = await find(config, meant, await opened());
	// RFC 4513 5.1.2: without a password a bind succeeds as nobody, whoever was named.
	const isTried = found.ok && password !== "" && (await mayTry(found.entry));
	const person = await opened();
	if (!found.ok || !isTried) {
		await isBound(person, `uid=${randomUUID()},${config.base}`, randomUUID());
		return found.ok ? { ok: false, reason: "not-tried" } : found;
	}
	const bound = await isBound(person, found.dn, password);
	return bound.ok ? { ok: true, entry: found.entry } : { ...bound, reason: "refused" };
}

type Found =
	| { readonly ok: true; readonly dn: string; readonly entry: DirectoryPerson }
	| { readonly ok: false; readonly reason: "unknown" | "unclear" };

async function find(config: LdapConfig, meant: DirectoryQuestion["meant"], client: Client): Promise<Found> {
	const { bind, base, idAttribute, nameAttribute, displayNameAttribute, emailAttribute } = config;
	if (bind !== undefined) await client.bind(bind.dn, bind.password);
	const text = "name" in meant ? filterOfName(config, meant.name) : filterOfSubject(config, meant.subject);
	const filter = readFilter(text);
	const wanted = [idAttribute, nameAttribute, displayNameAttribute, emailAttribute];
	try {
		// References to other servers are left where they are: what they say is not what the operator trusts.
		// No limit is named: the library takes a list that was cut at one for whole, and one of two entries for the only.
		const { searchEntries } = await client.search(base, {
			...({ scope: "sub", derefAliases: "never", filter } as const),
			timeLimit: Math.ceil(config.timeoutMs / 1000),
			attributes: wanted.filter((name) => name !== undefined),
			// However it is written in the settings, a directory writes it in its own way.
			...(isBinary(idAttribute) && { explicitBufferAttributes: [idAttribute, "objectGUID"] }),
		});
		const [first, second] = searchEntries;
		if (first === undefined) return { ok: false, reason: "unknown" };
		const entry = second === undefined ? entryOf(config, first) : undefined;
		return entry === undefined ? unclear : { ok: true, dn: first.dn, entry };
	} catch (error) {
		if (error instanceof SizeLimitExceededError) return unclear;
		throw error;
	}
}

function entryOf(config: LdapConfig, found: Entry): DirectoryPerson | undefined {
	const id = textOf(found, config.idAttribute);
	const subject = id && subjectOf(config, id);
	// A bind without a name is nobody's, whatever the password.
	if (subject === undefined || found.dn === "") return undefined;
	const one = (name: string | undefined) => (name === undefined ? undefined : textOf(found, name));
	const displayName = one(config.displayNameAttribute);
	return {
		subject,
		name: textOf(found, config.nameAttribute),
		displayName: displayName === undefined ? undefined : safeText(displayName, 100) || undefined,
		email: one(config.emailAttribute),
	};
}

/** The one value; of several it is the first. Directories write names of attributes as they like. */
function textOf(found: Entry, attribute: string): string | undefined {
	const named = Object.entries(found).find(([name]) => name.toLowerCase() === attribute.toLowerCase());
	const value = Array.isArray(named?.[1]) ? named[1][0] : named?.[1];
	const text = Buffer.isBuffer(value) ? value.toString("hex") : value;
	return text === undefined || text === "" ? undefined : text;
}

/** What says that the directory cannot tell, and nothing of the password. */
const unable = [BusyError, UnavailableError, OperationsError, TimeLimitExceededError];

async function isBound(client: Client, dn: string, password: string) {
	try {
		await client.bind(dn, password);
		return { ok: true } as const;
	} catch (error) {
		const isAway = unable.some((kind) => error instanceof kind);
		if (!(error instanceof ResultCodeError) || isAway) throw error;
		return { ok: false, code: error.code } as const;
	}
}

const unclear = { ok: false, reason: "unclear" } as const;
