import { type Kysely, type Selectable, sql } from "kysely";
import type { Accounts, StoredAccount } from "../people/ports.ts";
import type { ProofUnit } from "../proofs/ports.ts";
import type { AccountsTable, Database } from "./database.ts";

/** People. A closed account keeps its row, so that its name is never given to somebody else. */
export function createAccounts(
	db: Kysely<Database>,
): Accounts & Pick<ProofUnit["accounts"], "vouchForPassword"> {
	return {
		async find(by) {
			if ("name" in by) return findByName(db, by.name);
			const row = await db
				.selectFrom("accounts")
				.selectAll()
				.$call((q) => ("id" in by ? q.where("id", "=", by.id) : q.where("localpart", "=", by.localpart)))
				.executeTakeFirst();
			return row && accountFromRow(row);
		},

		async add({ id, localpart, passwordHash, createdAt, displayName }) {
			const row = await db
				.insertInto("accounts")
				.values({
					id,
					localpart,
					display_name: displayName ?? null,
					password_hash: passwordHash,
					password_changed_at: passwordHash === null ? null : createdAt,
					created_at: createdAt,
					admin: 0,
				})
				.onConflict((conflict) => conflict.column("localpart").doNothing())
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async replacePassword({ id, generation, to, at, isMailed = false }) {
			const row = await db
				.updateTable("accounts")
				.set((is) => ({
					password_hash: to,
					password_changed_at: at,
					password_mailed: Number(isMailed),
					generation: is("generation", "+", 1),
				}))
				.where("id", "=", id)
				.$call((q) => (generation === undefined ? q : q.where("generation", "=", generation)))
				.where("deactivated_at", "is", null)
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async removePassword({ id, generation, passkeyHost }) {
			const row = await db
				.updateTable("accounts")
				.set((is) => ({
					password_hash: null,
					password_changed_at: null,
					password_mailed: 0,
					generation: is("generation", "+", 1),
				}))
				.where("id", "=", id)
				.where("generation", "=", generation)
				.where("password_hash", "is not", null)
				.where("locked_at", "is", null)
				.where("deactivated_at", "is", null)
				.where((is) =>
					is.exists(
						is
							.selectFrom("passkeys")
							.select("passkeys.id")
							.whereRef("passkeys.account_id", "=", "accounts.id")
							.where("passkeys.host", "=", passkeyHost),
					),
				)
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async rehash({ id, from, to }) {
			await db
				.updateTable("accounts")
				.set({ password_hash: to })
				.where("id", "=", id)
				.where("password_hash", "=", from)
				.execute();
		},

		async raiseGeneration(id) {
			await db
				.updateTable("accounts")
				.set((is) => ({ generation: is("generation", "+", 1) }))
				.where("id", "=", id)
				.execute();
		},

		async noteFactorDemanded({ id, generation, at }) {
			await db
				.updateTable("accounts")
				.set({ factor_demanded_at: at })
				.where("id", "=", id)
				.where("generation", "=", generation)
				.where("factor_demanded_at", "is", null)
				.execute();
		},

		async forgetFactorDemand(id) {
			await db.updateTable("accounts").set({ factor_demanded_at: null }).where("id", "=", id).execute();
		},

		async vouchForPassword({ id, generation }) {
			await db
				.updateTable("accounts")
				.set({ password_mailed: 0 })
				.where("id", "=", id)
				.where("generation", "=", generation)
				.where("password_mailed", "=", 1)
				.execute();
		},

		async lock(id, at) {
			const row = await db
				.updateTable("accounts")
				.set((is) => ({ locked_at: at, generation: is("generation", "+", at === null ? 0 : 1) }))
				.where("id", "=", id)
				.where("locked_at", at === null ? "is not" : "is", null)
				.where("deactivated_at", "is", null)
				.returning("id")
				.executeTakeFirst();
			if (row === undefined) return false;
			// Nothing ends meanwhile; what was told of is told of again, with its time, once they can do something about it.
			await db
				.updateTable("sessions")
				.set({ token_end_told: null, idle_end_told: null, age_end_told: null })
				.where("account_id", "=", id)
				.where("ended_at", "is", null)
				.execute();
			return true;
		},

		async setAdmin(id, admin, by) {
			const row = await db
				.updateTable("accounts")
				.set((is) => ({
					...{ admin: Number(admin), admin_by: (admin ? by : undefined) ?? null },
					generation: is("generation", "+", admin ? 0 : 1),
				}))
				.where("id", "=", id)
				.$call((q) => (admin || by === undefined ? q : q.where("admin_by", "=", by)))
				.where("admin", "=", Number(!admin))
				.where("deactivated_at", "is", null)
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async administrators() {
			const rows = await db
				.selectFrom("accounts")
				.select("id")
				.where(sql<boolean>`admin = 1`)
				.where("locked_at", "is", null)
				.where("deactivated_at", "is", null)
				.orderBy("id")
				.execute();
			return rows.map(({ id }) => id);
		},

		async keepAdmin(id) {
			const row = await db
				.updateTable("accounts")
				.set({ admin_by: null })
				.where("id", "=", id)
				.where("admin", "=", 1)
				.where("admin_by", "is not", null)
				.where("deactivated_at", "is", null)
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async list() {
			const rows = await db.selectFrom("accounts").selectAll().orderBy("localpart").execute();
			return rows.map(accountFromRow);
		},

		async reopen(id, { passwordHash, now }) {
			const row = await db
				.updateTable("accounts")
				.set((is) => ({
					deactivated_at: null,
					password_hash: passwordHash,
					password_changed_at: passwordHash === null ? null : now,
					password_mailed: 0,
					generation: is("generation", "+", 1),
				}))
				.where("id", "=", id)
				.where("deactivated_at", "is not", null)
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async close(id, { erase, now }) {
			const row = await db
				.updateTable("accounts")
				.set({
					deactivated_at: now,
					password_hash: null,
					admin: 0,
					...(erase ? { display_name: null, avatar_url: null } : {}),
				})
				.where("id", "=", id)
				.where("deactivated_at", "is", null)
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},
	};
}

/** The exact one first. Of two others nobody is meant: which of them it is, the name does not say. */
async function findByName(db: Kysely<Database>, name: string): Promise<StoredAccount | undefined> {
	const rows = await db
		.selectFrom("accounts")
		.selectAll()
		.where(sql`lower(localpart)`, "=", sql`lower(${name})`)
		.orderBy((is) => is.case().when("localpart", "=", name).then(0).else(1).end())
		.limit(2)
		.execute();
	const [first, second] = rows;
	const isMeant = first?.localpart === name || second === undefined;
	return first !== undefined && isMeant ? accountFromRow(first) : undefined;
}

/** The columns of an account as its port names them. */
export function accountFromRow(row: Selectable<AccountsTable>): StoredAccount {
	return {
		id: row.id,
		localpart: row.localpart,
		displayName: row.display_name,
		admin: row.admin === 1,
		createdAt: row.created_at,
		lockedAt: row.locked_at,
		deactivatedAt: row.deactivated_at,
		passwordHash: row.password_hash,
		passwordChangedAt: row.password_changed_at,
		factorDemandedAt: row.factor_demanded_at,
		adminBy: row.admin_by,
		generation: row.generation,
	};
}
