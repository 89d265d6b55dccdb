import type { Kysely } from "kysely";
import type { AddressCleanUp, AddressRecords } from "../identifiers/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";
import { toldId } from "./told-ids.ts";

/** E-mail addresses of people, and the codes with which they confirm them. */
export function createAddressRecords(db: Kysely<Database>): AddressRecords & AddressCleanUp["addresses"] {
	const ownerOf: AddressRecords["ownerOf"] = async (key) => {
		const row = await db
			.selectFrom("account_emails")
			.select(["account_id", "address"])
			.where("address_key", "=", key)
			.where("verified_at", "is not", null)
			.executeTakeFirst();
		return row && { accountId: row.account_id, address: row.address };
	};
	return {
		async list(accountId) {
			const rows = await db
				.selectFrom("account_emails")
				.select(["address", "address_key", "verified_at"])
				.where("account_id", "=", accountId)
				.orderBy("added_at")
				.orderBy("address_key")
				.execute();
			return rows.map(({ address, address_key: key, verified_at }) => ({
				...{ address, key },
				...(verified_at !== null && { verifiedAt: verified_at }),
			}));
		},

		ownerOf,

		async vouch({ accountId, address, key, at }) {
			const told = toldId("address", accountId, key);
			const row = { account_id: accountId, told_id: told, address, address_key: key, added_at: at };
			// Of two people who are vouched for with one address at once, the index decides whose it is.
			const theirs = await db
				.insertInto("account_emails")
				.values({ ...row, verified_at: at })
				.onConflict((conflict) => conflict.doNothing())
				.returning("address_key")
				.executeTakeFirst();
			if (theirs !== undefined) return;
			await db
				.insertInto("account_emails")
				.values({ ...row, verified_at: null })
				.onConflict((conflict) => conflict.doNothing())
				.execute();
		},

		async askCode({ accountId, key, address, seed, createdAt, expiresAt }) {
			const code = { address, seed, created_at: createdAt, expires_at: expiresAt, tries: 0 };
			await db
				.insertInto("address_codes")
				.values({ account_id: accountId, address_key: key, ...code })
				.onConflict((conflict) => conflict.columns(["account_id", "address_key"]).doUpdateSet(code))
				.execute();
		},

		async waiting(accountId, now) {
			const rows = await db
				.selectFrom("address_codes")
				.select(["address", "address_key", "expires_at"])
				.where("account_id", "=", accountId)
				.where("expires_at", ">", now)
				.orderBy("address_key")
				.execute();
			return rows.map((row) => ({
				address: row.address,
				key: row.address_key,
				expiresAt: row.expires_at,
			}));
		},

		async tryCode({ accountId, key, atMost, now }) {
			const row = await db
				.updateTable("address_codes")
				.set((is) => ({ tries: is("tries", "+", 1) }))
				.where("account_id", "=", accountId)
				.where("address_key", "=", key)
				.where("tries", "<", atMost)
				.where("expires_at", ">", now)
				.returning(["seed", "address"])
				.executeTakeFirst();
			return row && { seed: row.seed, address: row.address };
		},

		async dropCode(accountId, key) {
			await db
				.deleteFrom("address_codes")
				.where("account_id", "=", accountId)
				.where("address_key", "=", key)
				.execute();
		},

		async confirm({ accountId, key, address, at }) {
			const owner = await ownerOf(key);
			if (owner !== undefined) return owner.accountId === accountId;
			await db
				.deleteFrom("account_emails")
				.where("account_id", "=", accountId)
				.where("address_key", "=", key)
				.execute();
			// Of two people who confirm one address at once, the index decides who was first.
			const row = await db
				.insertInto("account_emails")
				.values({
					...{ account_id: accountId, told_id: toldId("address", accountId, key) },
					...{ address, address_key: key, added_at: at, verified_at: at },
				})
				.onConflict((conflict) => conflict.doNothing())
				.returning("address_key")
				.executeTakeFirst();
			return row !== undefined;
		},

		async remove(accountId, key) {
			const row = await db
				.deleteFrom("account_emails")
				.where("account_id", "=", accountId)
				.where("address_key", "=", key)
				.returning(["address", "verified_at"])
				.executeTakeFirst();
			return row && { address: row.address, wasVerified: row.verified_at !== null };
		},

		async removeAllOf(accountId) {
			await db.deleteFrom("address_codes").where("account_id", "=", accountId).execute();
			await db.deleteFrom("account_emails").where("account_id", "=", accountId).execute();
		},

		async deleteExpiredCodes(before) {
			const result = await db
				.deleteFrom("address_codes")
				.where("account_id", "in", (some) =>
					some
						.selectFrom("address_codes")
						.select("account_id")
						.where("expires_at", "<", before)
						.limit(rowsPerBatch),
				)
				.where("expires_at", "<", before)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}
