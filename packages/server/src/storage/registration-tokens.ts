import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import type { RegistrationTokenCleanUp, TokenUnit, TokenUse } from "../registration-tokens/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database, RegistrationTokensTable } from "./database.ts";

/** What somebody shows who may register. Whether one may be used is asked within the statement that uses it. */
export function createRegistrationTokenRecords(
	db: Kysely<Database>,
): TokenUnit["registrationTokens"] & RegistrationTokenCleanUp["registrationTokens"] {
	return {
		async add({ id, hash, name, uses, expiresAt, localpart, email, createdAt, madeBy }) {
			const what = { id, token_hash: hash, name, made_by: madeBy, created_at: createdAt };
			const terms = {
				uses: uses ?? null,
				expires_at: expiresAt ?? null,
				localpart: localpart ?? null,
				address: email?.address ?? null,
				address_key: email?.key ?? null,
			};
			const row = await db
				.insertInto("registration_tokens")
				.values({ ...what, ...terms, used: 0, revoked_at: null, revoked_by: null })
				.onConflict((conflict) => conflict.column("token_hash").doNothing())
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async findGood(use) {
			const row = await db
				.selectFrom("registration_tokens")
				.selectAll()
				.where((is) => isGood(is, use))
				.executeTakeFirst();
			return row && goodOf(row);
		},

		async use(use) {
			const row = await db
				.updateTable("registration_tokens")
				.set({ used: sql`used + 1` })
				.where((is) => isGood(is, use))
				.returningAll()
				.executeTakeFirst();
			return row && goodOf(row);
		},

		async giveBack(hash) {
			await db
				.updateTable("registration_tokens")
				.set({ used: sql`used - 1` })
				.where("token_hash", "=", hash)
				.execute();
		},

		async list() {
			const rows = await db
				.selectFrom("registration_tokens")
				.selectAll()
				.orderBy("created_at", "desc")
				.orderBy("id")
				.execute();
			return rows.map((row) => ({
				...{ ...goodOf(row), name: row.name, createdAt: row.created_at, used: row.used },
				...(row.uses !== null && { uses: row.uses }),
				...(row.expires_at !== null && { expiresAt: row.expires_at }),
				...(row.revoked_at !== null && { revokedAt: row.revoked_at }),
				...(row.revoked_by !== null && { revokedBy: row.revoked_by }),
				...(row.made_by !== null && { madeBy: row.made_by }),
				...(row.changed_by !== null && { changedBy: row.changed_by }),
				...(row.changed_at !== null && { changedAt: row.changed_at }),
			}));
		},

		async revoke(id, { at, by }) {
			const result = await db
				.updateTable("registration_tokens")
				.set({ revoked_at: at, revoked_by: by })
				.where("id", "=", id)
				.where("revoked_at", "is", null)
				.executeTakeFirst();
			return result.numUpdatedRows > 0n;
		},

		async change(id, { uses, expiresAt }, { at, by }) {
			const to = {
				...{ changed_at: at, changed_by: by },
				...(uses !== undefined && { uses }),
				...(expiresAt !== undefined && { expires_at: expiresAt }),
			};
			const row = await db
				.updateTable("registration_tokens")
				.set(to)
				.where("id", "=", id)
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async restore(id, { at, by }) {
			const row = await db
				.updateTable("registration_tokens")
				.set({ revoked_at: null, revoked_by: null, changed_at: at, changed_by: by })
				.where("id", "=", id)
				.where("revoked_at", "is not", null)
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async deleteBefore(before) {
			const result = await db
				.deleteFrom("registration_tokens")
				.where("id", "in", (some) =>
					some
						.selectFrom("registration_tokens")
						.select("id")
						.where(({ or, eb }) => or([eb("revoked_at", "<", before), eb("expires_at", "<", before)]))
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}

function isGood(
	{ and, or, eb }: ExpressionBuilder<Database, "registration_tokens">,
	{ hash, localpart, now }: Omit<TokenUse, "localpart"> & Partial<TokenUse>,
) {
	return and([
		eb("token_hash", "=", hash),
		eb("revoked_at", "is", null),
		or([eb("expires_at", "is", null), eb("expires_at", ">", now)]),
		or([eb("uses", "is", null), eb("used", "<", sql<number>`uses`)]),
		...(localpart === undefined ? [] : [or([eb("localpart", "is", null), eb("localpart", "=", localpart)])]),
	]);
}

function goodOf({ id, localpart, address, address_key: key }: RegistrationTokensTable) {
	return {
		id,
		...(localpart !== null && { localpart }),
		...(address !== null && key !== null && { email: { address, key } }),
	};
}
