import type { Kysely } from "kysely";
import type { ProgramRecords } from "../operating/ports.ts";
import type { Database } from "./database.ts";
import { never } from "./token-words.ts";

const grant = "client_credentials";

/** As far as it is read here; the rest stays as it is. */
interface Metadata {
	readonly client_name?: string;
	readonly client_secret_hash?: string;
	readonly grant_types?: readonly string[];
}

/** Clients that hold the grant for themselves. Nobody registers with it: see client-metadata.ts. */
export function createProgramRecords(db: Kysely<Database>): ProgramRecords {
	return {
		async find(id) {
			const row = await readClient(db, id);
			const secretHash = row?.metadata.client_secret_hash;
			if (row === undefined || secretHash === undefined || !isProgram(row.metadata)) return undefined;
			const { client_name: name = "" } = row.metadata;
			return { id, name, secretHash, createdAt: row.createdAt };
		},

		async list() {
			const rows = await db
				.selectFrom("clients")
				.selectAll()
				.where("metadata", "like", `%"${grant}"%`)
				.orderBy("created_at")
				.orderBy("id")
				.execute();
			const all = rows.map((row) => ({ ...row, read: JSON.parse(row.metadata) as Metadata }));
			return all
				.filter(({ read }) => isProgram(read))
				.map(({ id, created_at: createdAt, read }) => ({ id, name: read.client_name ?? "", createdAt }));
		},

		async add({ id, name, secretHash, createdAt, address }) {
			const metadata = {
				application_type: "web",
				client_uri: address,
				client_name: name,
				redirect_uris: [],
				response_types: [],
				grant_types: [grant],
				token_endpoint_auth_method: "client_secret_basic",
				client_secret_hash: secretHash,
				localized: {},
			};
			const row = { id, metadata: JSON.stringify(metadata), created_at: createdAt, last_used_at: never };
			await db.insertInto("clients").values(row).execute();
		},

		async allow(id, secretHash) {
			const row = await readClient(db, id);
			if (row?.metadata.client_secret_hash === undefined || isProgram(row.metadata)) return false;
			const to = {
				client_secret_hash: secretHash,
				grant_types: [...(row.metadata.grant_types ?? []), grant],
			};
			return change(db, { ...row, id, to });
		},

		async revoke(id) {
			const row = await readClient(db, id);
			if (row === undefined || !isProgram(row.metadata)) return false;
			const grants = (row.metadata.grant_types ?? []).filter((each) => each !== grant);
			if (grants.length > 0) return change(db, { ...row, id, to: { grant_types: grants } });
			const gone = await db.deleteFrom("clients").where("id", "=", id).returning("id").executeTakeFirst();
			return gone !== undefined;
		},
	};
}

interface Client {
	readonly text: string;
	readonly metadata: Metadata;
	readonly createdAt: number;
}

function isProgram({ grant_types: grants }: Metadata): boolean {
	return grants?.includes(grant) === true;
}

async function readClient(db: Kysely<Database>, id: string): Promise<Client | undefined> {
	const row = await db.selectFrom("clients").selectAll().where("id", "=", id).executeTakeFirst();
	return (
		row && { text: row.metadata, metadata: JSON.parse(row.metadata) as Metadata, createdAt: row.created_at }
	);
}

/** Where it was changed meanwhile, nothing happens. */
async function change(
	db: Kysely<Database>,
	{ id, text, metadata, to }: Client & { readonly id: string; readonly to: Metadata },
): Promise<boolean> {
	const row = await db
		.updateTable("clients")
		.set({ metadata: JSON.stringify({ ...metadata, ...to }) })
		.where("id", "=", id)
		.where("metadata", "=", text)
		.returning("id")
		.executeTakeFirst();
	return row !== undefined;
}
