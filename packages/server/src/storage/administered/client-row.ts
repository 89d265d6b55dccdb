import { sql } from "kysely";
import type { AppKind, ClientRow } from "../../admin/ports.ts";
import type { ClientsTable } from "../database.ts";
import { never } from "../token-words.ts";
import type { Condition } from "./listing.ts";

/** Clean-up leaves it alone: somebody put it there who is not the app itself. */
export const isStaticClient: Condition = sql`clients.last_used_at = ${never}`;

/** The client of the older login API, and how those of tokens are called that were handed to a program. */
const [compat, lasting] = ["legacy", "lasting-token-"];

/** Of a table with the column `client_id`. */
export const isOfKind: Readonly<Record<AppKind, Condition>> = {
	oauth: sql`client_id <> ${compat} AND client_id NOT LIKE ${`${lasting}%`}`,
	compat: sql`client_id = ${compat}`,
	token: sql`client_id LIKE ${`${lasting}%`}`,
};

/**
 * The same of all sessions there are, as `sessions_by_kind` has it. Of somebody's, or of an app's, the other way: there
 * the index is of these.
 */
export function isAnyOfKind(kind: AppKind): Condition {
	return sql`(CASE WHEN client_id = 'legacy' THEN 'compat'
		WHEN substr(client_id, 1, 14) = 'lasting-token-' THEN 'token' ELSE 'oauth' END) = ${sql.lit(kind)}`;
}

const own = `${lasting}own.`;

/** A token that its person made, and no operator. */
export const isOwn: Condition = sql`client_id LIKE ${`${own}%`}`;

export function isOwnToken(clientId: string): boolean {
	return clientId.startsWith(own);
}

export const isApp: Condition = sql`clients.id <> ${compat} AND clients.id NOT LIKE ${`${lasting}%`}`;

export function kindOf(clientId: string): AppKind {
	if (clientId === compat) return "compat";
	return clientId.startsWith(lasting) ? "token" : "oauth";
}

/** As far as lists tell of it. */
interface Metadata {
	readonly client_name?: string;
	readonly client_uri?: string;
	readonly logo_uri?: string;
	readonly redirect_uris?: readonly string[];
	readonly grant_types?: readonly string[];
}

/** Written by this folder alone, from metadata that passed every check of registration. */
function metadataOf(text: string): Metadata {
	return JSON.parse(text) as Metadata;
}

export function nameIn(metadata: string): string | null {
	return metadataOf(metadata).client_name ?? null;
}

export function clientOf(row: ClientsTable): ClientRow {
	const metadata = metadataOf(row.metadata);
	return {
		id: row.id,
		isStatic: row.last_used_at === never,
		name: metadata.client_name ?? null,
		uri: metadata.client_uri ?? null,
		logo: metadata.logo_uri ?? null,
		redirectUris: metadata.redirect_uris ?? [],
		grantTypes: metadata.grant_types ?? [],
	};
}
