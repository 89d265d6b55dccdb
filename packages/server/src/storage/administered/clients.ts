import { type Kysely, PostgresAdapter, sql } from "kysely";
import type { AdministeredReads, ClientFilter, ClientRow } from "../../admin/ports.ts";
import type { ClientsTable, Database } from "../database.ts";
import { clientOf, isApp, isStaticClient } from "./client-row.ts";
import { type Condition, createListing, holds, literally, when } from "./listing.ts";

/** Apps that registered, or that the operator or a move put here. */
export function createClientList(db: Kysely<Database>): AdministeredReads["clients"] {
	const json = db.getExecutor().adapter instanceof PostgresAdapter ? postgres : sqlite;
	return createListing<ClientFilter, ClientsTable, ClientRow>(db, {
		from: sql`clients`,
		columns: sql`id, metadata, created_at, last_used_at`,
		key: "clients.id",
		where: (filter) => [
			isApp,
			...when(filter.isStatic, (is) => holds(isStaticClient, is)),
			...when(filter.name, (text) => json.holdsPart("client_name", text)),
			...when(filter.uri, (text) => json.holdsPart("client_uri", text)),
			...when(filter.grantType, (type) => json.lists("grant_types", type)),
			...when(filter.hasSessions, (has) =>
				holds(
					sql`EXISTS (SELECT 1 FROM sessions WHERE sessions.client_id = clients.id AND ended_at IS NULL)`,
					has,
				),
			),
		],
		read: clientOf,
	});
}

/** What is asked of the metadata, which is JSON in a text. */
interface Json {
	holdsPart(member: string, part: string): Condition;
	lists(member: string, item: string): Condition;
}

const like = (part: string) => `%${literally(part.toLowerCase())}%`;

const sqlite: Json = {
	holdsPart: (member, part) => sql`lower(metadata ->> ${member}) LIKE ${like(part)} ESCAPE '!'`,
	lists: (member, item) =>
		sql`EXISTS (SELECT 1 FROM json_each(metadata, ${`$.${member}`}) WHERE value = ${item})`,
};

/**
 * Without the null bytes that an app once could register in its name: PostgreSQL reads no JSON in which one is, and one
 * such app would break the list for all. A backslash that is escaped itself begins none.
 */
const readable = sql`regexp_replace(metadata, ${String.raw`(\\\\)|\\u0000`}, ${String.raw`\1`}, 'g')::jsonb`;

const postgres: Json = {
	holdsPart: (member, part) => sql`lower(${readable} ->> ${member}::text) LIKE ${like(part)} ESCAPE '!'`,
	lists: (member, item) => sql`${readable} -> ${member}::text @> to_jsonb(${item}::text)`,
};
