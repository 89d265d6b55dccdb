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
		key: ["clients.id"],
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

const postgres: Json = {
	holdsPart: (member, part) => sql`lower(metadata::jsonb ->> ${member}::text) LIKE ${like(part)} ESCAPE '!'`,
	lists: (member, item) => sql`metadata::jsonb -> ${member}::text @> to_jsonb(${item}::text)`,
};
