import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Apps of the older login API: the one client that stands for all of them, and their requests to sign in by browser. */
export const compat: Migration = {
	async up(db) {
		await addClient(db as Kysely<Clients>);
		await db.schema
			.createTable("sso_requests")
			.addColumn("id", "text", (c) => c.primaryKey())
			.addColumn("redirect_url", "text", (c) => c.notNull())
			.addColumn("action", "text", (c) => c.notNull())
			.addColumn("state", "text", (c) => c.notNull())
			.addColumn("created_at", "bigint", (c) => c.notNull())
			.addColumn("expires_at", "bigint", (c) => c.notNull())
			.addColumn("account_id", "text", (c) => c.references("accounts.id"))
			.addColumn("generation", "integer")
			.addColumn("login_token_hash", "text", (c) => c.unique())
			.execute();
		for (const column of ["account_id", "expires_at"])
			await db.schema.createIndex(`sso_requests_by_${column}`).on("sso_requests").column(column).execute();
	},
};

interface Clients {
	clients: { id: string; metadata: string; created_at: number; last_used_at: number };
}

/**
 * No request can use it: it has no address to return to and no grant to ask with. In use for ever, so that clean-up
 * leaves it alone.
 */
async function addClient(db: Kysely<Clients>): Promise<void> {
	const metadata = {
		application_type: "native",
		redirect_uris: [],
		response_types: [],
		grant_types: [],
		token_endpoint_auth_method: "none",
		localized: {},
	};
	await db
		.insertInto("clients")
		.values({
			id: "legacy",
			metadata: JSON.stringify(metadata),
			created_at: 0,
			last_used_at: Number.MAX_SAFE_INTEGER,
		})
		.execute();
}
