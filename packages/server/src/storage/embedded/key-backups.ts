import type { AccountId } from "@countersign/core";
import type { Kysely, Selectable } from "kysely";
import type { KeyBackup, KeyBackups } from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";
import { objectFrom } from "./json-text.ts";
import type { KeptForAccount } from "./kept-for-owner.ts";
import type { KeyBackupsTable } from "./tables-client-data.ts";

export function createKeyBackups(db: Kysely<Database>): KeyBackups & KeptForAccount {
	return { ...versions(db), ...removals(db) };
}

function versions(
	db: Kysely<Database>,
): Pick<KeyBackups, "create" | "count" | "current" | "find" | "setAuthData"> {
	return {
		async create(accountId, { algorithm, authData }, now) {
			const newest = await db
				.selectFrom("key_backups")
				.select("version")
				.where("account_id", "=", accountId)
				.orderBy("version", "desc")
				.limit(1)
				.executeTakeFirst();
			const version = (newest?.version ?? 0) + 1;
			await db
				.insertInto("key_backups")
				.values({
					account_id: accountId,
					version,
					algorithm,
					auth_data: JSON.stringify(authData),
					etag: 0,
					created_at: now,
					deleted_at: null,
					kept_until: null,
				})
				.execute();
			return version;
		},

		async count(accountId) {
			const { versions } = await db
				.selectFrom("key_backups")
				.select(({ fn }) => fn.countAll<number>().as("versions"))
				.where("account_id", "=", accountId)
				.where("deleted_at", "is", null)
				.executeTakeFirstOrThrow();
			return versions;
		},

		async current(accountId, range) {
			const row = await liveOf(db, accountId)
				.where("version", ">", range?.above ?? 0)
				.orderBy("version", "desc")
				.limit(1)
				.executeTakeFirst();
			return row === undefined ? undefined : backupFrom(row);
		},

		async find(accountId, version) {
			const row = await liveOf(db, accountId).where("version", "=", version).executeTakeFirst();
			return row === undefined ? undefined : backupFrom(row);
		},

		async setAuthData(accountId, version, authData) {
			const { numUpdatedRows } = await db
				.updateTable("key_backups")
				.set({ auth_data: JSON.stringify(authData) })
				.where("account_id", "=", accountId)
				.where("version", "=", version)
				.where("deleted_at", "is", null)
				.executeTakeFirst();
			return numUpdatedRows > 0n;
		},
	};
}

function removals(db: Kysely<Database>): Pick<KeyBackups, "wasMade" | "lastRemovedAt"> & KeptForAccount {
	return {
		async wasMade(accountId, version) {
			const row = await db
				.selectFrom("key_backups")
				.select("version")
				.where("account_id", "=", accountId)
				.where("version", "=", version)
				.executeTakeFirst();
			return row !== undefined;
		},

		async lastRemovedAt(accountId) {
			const { at } = await db
				.selectFrom("key_backups")
				.select(({ fn }) => fn.max("deleted_at").as("at"))
				.where("account_id", "=", accountId)
				.executeTakeFirstOrThrow();
			return at ?? undefined;
		},

		async removeAccount(accountId) {
			await db.deleteFrom("backed_up_keys").where("account_id", "=", accountId).execute();
			await db.deleteFrom("key_backups").where("account_id", "=", accountId).execute();
		},
	};
}

function liveOf(db: Kysely<Database>, accountId: AccountId) {
	return db
		.selectFrom("key_backups")
		.select(["version", "algorithm", "auth_data"])
		.where("account_id", "=", accountId)
		.where("deleted_at", "is", null);
}

function backupFrom(
	row: Pick<Selectable<KeyBackupsTable>, "version" | "algorithm" | "auth_data">,
): KeyBackup {
	return { version: row.version, algorithm: row.algorithm, authData: objectFrom(row.auth_data) };
}
