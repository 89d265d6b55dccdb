import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import type { SecurityEventKind } from "../audit/ports.ts";
import type { LinksCleanUp, PasswordLinkRecords } from "../password-links/ports.ts";
import { accountFromRow } from "./accounts.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";

/** Lines that are written where somebody has signed in. */
const signedIn: SecurityEventKind[] = ["signed-in", "device-signed-in", "password-removed"];

/** Links with which people set a password. What ends one is asked within the statement that uses it. */
export function createPasswordLinkRecords(
	db: Kysely<Database>,
): PasswordLinkRecords & LinksCleanUp["passwordLinks"] {
	return {
		async put({ accountId, secretHash, kind, addressKey = null, generation, createdAt, expiresAt }) {
			const link = {
				secret_hash: secretHash,
				kind,
				address_key: addressKey,
				generation,
				created_at: createdAt,
				expires_at: expiresAt,
				used_at: null,
				used_by: null,
			};
			await db
				.insertInto("password_links")
				.values({ account_id: accountId, ...link })
				.onConflict((conflict) =>
					conflict.column("account_id").where("address_key", "is", null).doUpdateSet(link),
				)
				.execute();
		},

		async kindFor(accountId) {
			const row = await db
				.selectFrom("accounts")
				.select("id")
				.where("id", "=", accountId)
				.where("password_hash", "is", null)
				.where((is) =>
					is.and(
						(["sessions", "browser_sessions", "passkeys", "account_links"] as const).map((table) =>
							is.not(
								is.exists(
									is
										.selectFrom(table)
										.select(sql<number>`1`.as("found"))
										.where(`${table}.account_id`, "=", accountId),
								),
							),
						),
					),
				)
				.where((is) =>
					is.not(
						is.exists(
							is
								.selectFrom("security_events")
								.select(sql<number>`1`.as("found"))
								.where("security_events.account_id", "=", accountId)
								.where("security_events.kind", "in", signedIn),
						),
					),
				)
				.executeTakeFirst();
			return row === undefined ? "reset" : "invitation";
		},

		async findLive(secretHash, now) {
			const row = await db
				.selectFrom("password_links")
				.innerJoin("accounts", "accounts.id", "password_links.account_id")
				.select(["password_links.kind", "accounts.localpart"])
				.where("secret_hash", "=", secretHash)
				.where("used_at", "is", null)
				.where("expires_at", ">", now)
				.where((is) => is.exists(itsAccount(is)))
				.executeTakeFirst();
			return row && { kind: row.kind, localpart: row.localpart };
		},

		async use({ secretHash, usedBy, now }) {
			const row = await db
				.updateTable("password_links")
				.set({ used_at: now, used_by: usedBy })
				.where("secret_hash", "=", secretHash)
				.where("used_at", "is", null)
				.where("expires_at", ">", now)
				.where((is) => is.exists(itsAccount(is)))
				.returning(["account_id", "generation", "address_key"])
				.executeTakeFirst();
			return (
				row && {
					...{ accountId: row.account_id, generation: row.generation },
					isMailed: row.address_key !== null,
				}
			);
		},

		async voidMadeBy({ kind, name }, { now, since = 0 }) {
			const result = await db
				.updateTable("password_links")
				.set({ expires_at: now })
				.where("address_key", "is", null)
				.where("used_at", "is", null)
				.where("expires_at", ">", now)
				.where((is) =>
					is.exists(
						is
							.selectFrom("security_events")
							.select("security_events.id")
							.whereRef("security_events.account_id", "=", "password_links.account_id")
							.whereRef("security_events.at", "=", "password_links.created_at")
							.where("security_events.kind", "=", "password-link-made")
							.where("security_events.at", ">=", since)
							.where("security_events.actor", "=", kind)
							.where("security_events.actor_detail", "=", name),
					),
				)
				.executeTakeFirst();
			return Number(result.numUpdatedRows);
		},

		async findUsed(secretHash, usedBy) {
			const row = await db
				.selectFrom("password_links")
				.innerJoin("accounts", "accounts.id", "password_links.account_id")
				.selectAll("accounts")
				.select("used_at")
				.where("secret_hash", "=", secretHash)
				.where("used_by", "=", usedBy)
				.executeTakeFirst();
			if (row === undefined || row.used_at === null) return undefined;
			return { usedAt: row.used_at, account: accountFromRow(row) };
		},

		async deleteExpired(before) {
			const result = await db
				.deleteFrom("password_links")
				.where("secret_hash", "in", (rows) =>
					rows
						.selectFrom("password_links")
						.select("password_links.secret_hash")
						.where("expires_at", "<", before)
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}

/**
 * The account of the link, as it was when the link was made: neither closed, locked, nor of another password; and the
 * address to which it was sent still its person's.
 */
function itsAccount(is: ExpressionBuilder<Database, "password_links">) {
	return is
		.selectFrom("accounts as its")
		.select("its.id")
		.whereRef("its.id", "=", sql.ref("password_links.account_id"))
		.whereRef("its.generation", "=", sql.ref("password_links.generation"))
		.where("its.locked_at", "is", null)
		.where("its.deactivated_at", "is", null)
		.where(({ or, exists, selectFrom, eb }) =>
			or([
				eb(sql.ref("password_links.address_key"), "is", null),
				exists(
					selectFrom("account_emails as mailbox")
						.select("mailbox.address_key")
						.whereRef("mailbox.account_id", "=", "its.id")
						.whereRef("mailbox.address_key", "=", sql.ref("password_links.address_key"))
						.where("mailbox.verified_at", "is not", null),
				),
			]),
		);
}
