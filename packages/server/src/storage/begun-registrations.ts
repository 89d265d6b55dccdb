import type { Kysely } from "kysely";
import type { BegunRegistrationRecords, PeopleCleanUp } from "../people/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";

const table = "begun_registrations";

/** Browsers in which somebody shows that an e-mail address is theirs, before they have an account. */
export function createBegunRegistrations(
	db: Kysely<Database>,
): BegunRegistrationRecords & PeopleCleanUp["begunRegistrations"] {
	return {
		async begin({ browserHash, address, key, tokenHash, seed, createdAt, expiresAt, since }) {
			const begun = {
				...{ address, address_key: key, token_hash: tokenHash ?? null, seed, tries: 0 },
				...{ created_at: createdAt, expires_at: expiresAt, proved_at: null, used_at: null },
			};
			const row = await db
				.insertInto(table)
				.values({ browser_hash: browserHash, ...begun })
				.onConflict((conflict) =>
					conflict
						.column("browser_hash")
						.doUpdateSet(begun)
						.where(({ not, and, or, eb, fn, val }) =>
							not(
								and([
									eb(`${table}.address_key`, "=", key),
									eb(fn.coalesce(`${table}.token_hash`, val("")), "=", tokenHash ?? ""),
									eb(`${table}.used_at`, "is", null),
									eb(`${table}.expires_at`, ">", createdAt),
									or([
										eb(`${table}.proved_at`, "is not", null),
										and([eb(`${table}.created_at`, ">", since), eb(`${table}.tries`, "=", 0)]),
									]),
								]),
							),
						),
				)
				.returning("browser_hash")
				.executeTakeFirst();
			return row !== undefined;
		},

		async find(browserHash, now) {
			const row = await db
				.selectFrom(table)
				.select(["address", "address_key", "token_hash", "proved_at", "created_at", "tries"])
				.where("browser_hash", "=", browserHash)
				.where("expires_at", ">", now)
				.where("used_at", "is", null)
				.executeTakeFirst();
			return (
				row && {
					...{ address: row.address, key: row.address_key, isProved: row.proved_at !== null },
					...{ createdAt: row.created_at, tries: row.tries },
					...(row.token_hash !== null && { tokenHash: row.token_hash }),
				}
			);
		},

		async tryCode({ browserHash, atMost, now }) {
			return await db
				.updateTable(table)
				.set((is) => ({ tries: is("tries", "+", 1) }))
				.where("browser_hash", "=", browserHash)
				.where("tries", "<", atMost)
				.where("expires_at", ">", now)
				.where("proved_at", "is", null)
				.returning("seed")
				.executeTakeFirst();
		},

		async prove({ browserHash, seed, now, expiresAt }) {
			await db
				.updateTable(table)
				.set({ proved_at: now, expires_at: expiresAt })
				.where("browser_hash", "=", browserHash)
				.where("seed", "=", seed)
				.where("proved_at", "is", null)
				.execute();
		},

		async use({ browserHash, key, now }) {
			return await db
				.updateTable(table)
				.set({ used_at: now })
				.where("browser_hash", "=", browserHash)
				.where("address_key", "=", key)
				.where("proved_at", "is not", null)
				.where("expires_at", ">", now)
				.where("used_at", "is", null)
				.returning("address")
				.executeTakeFirst();
		},

		async giveBack(browserHash) {
			await db.updateTable(table).set({ used_at: null }).where("browser_hash", "=", browserHash).execute();
		},

		async forget({ browserHash, key }) {
			await db
				.deleteFrom(table)
				.where("browser_hash", "=", browserHash)
				.where("address_key", "=", key)
				.execute();
		},

		async deleteExpired(before) {
			const result = await db
				.deleteFrom(table)
				.where("browser_hash", "in", (some) =>
					some
						.selectFrom(table)
						.select("begun_registrations.browser_hash")
						.where("expires_at", "<", before)
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}
