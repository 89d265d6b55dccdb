import { hash } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** What somebody shows who may register; those that came from MAS and did nothing so far are among them. */
export const registrationTokens: Migration = {
	async up(db: Kysely<unknown>) {
		await db.schema
			.createTable("registration_tokens")
			.addColumn("id", "text", (c) => c.primaryKey())
			.addColumn("token_hash", "text", (c) => c.notNull().unique())
			.addColumn("name", "text", (c) => c.notNull())
			.addColumn("uses", "integer")
			.addColumn("used", "integer", (c) => c.notNull())
			.addColumn("localpart", "text")
			.addColumn("address", "text")
			.addColumn("address_key", "text")
			.addColumn("made_by", "text")
			.addColumn("created_at", "bigint", (c) => c.notNull())
			.addColumn("expires_at", "bigint")
			.addColumn("revoked_at", "bigint")
			.execute();
		const kept = await sql<{ id: string; body: string }>`
			SELECT id, body FROM moved_extras WHERE kind = 'registration-token'`.execute(db);
		for (const { id, body } of kept.rows) {
			const { token, usage_limit: uses, times_used: used, ...at } = JSON.parse(body);
			const tokenHash = hash("sha256", String(token).trim(), "base64url");
			await sql`
				INSERT INTO registration_tokens (id, token_hash, name, uses, used, created_at, expires_at, revoked_at)
				VALUES (${id}, ${tokenHash}, 'from MAS', ${uses ?? null}, ${used ?? 0}, ${at.created_at ?? 0},
					${at.expires_at ?? null}, ${at.revoked_at ?? null})
				ON CONFLICT DO NOTHING`.execute(db);
		}
		await sql`DELETE FROM moved_extras WHERE kind = 'registration-token'`.execute(db);
	},
};
