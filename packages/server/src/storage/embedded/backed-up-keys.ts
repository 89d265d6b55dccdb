import type { Kysely, Selectable } from "kysely";
import type {
	BackedUpKey,
	BackedUpKeys,
	BackupAddress,
	KeySelection,
} from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";
import { objectFrom } from "./json-text.ts";
import type { BackedUpKeysTable } from "./tables-client-data.ts";

export function createBackedUpKeys(db: Kysely<Database>): BackedUpKeys {
	return { ...keeping(db), ...selecting(db), ...counting(db) };
}

function keeping(db: Kysely<Database>): Pick<BackedUpKeys, "keep"> {
	return {
		async keep(backup, key) {
			const row = await db
				.insertInto("backed_up_keys")
				.values(rowOf(backup, key))
				.onConflict((conflict) =>
					conflict
						.columns(["account_id", "version", "room_id", "session_id"])
						.doUpdateSet(({ ref }) => ({
							first_message_index: ref("excluded.first_message_index"),
							forwarded_count: ref("excluded.forwarded_count"),
							is_verified: ref("excluded.is_verified"),
							session_data: ref("excluded.session_data"),
						}))
						.where(({ eb, ref, and, or }) => {
							const stored = (column: Rank) => `backed_up_keys.${column}` as const;
							const sent = (column: Rank) => ref(`excluded.${column}`);
							const isSame = (column: Rank) => eb(stored(column), "=", sent(column));
							return or([
								eb(stored("is_verified"), "<", sent("is_verified")),
								and([
									isSame("is_verified"),
									eb(stored("first_message_index"), ">", sent("first_message_index")),
								]),
								and([
									isSame("is_verified"),
									isSame("first_message_index"),
									eb(stored("forwarded_count"), ">", sent("forwarded_count")),
								]),
							]);
						}),
				)
				.returning("version")
				.executeTakeFirst();
			return row !== undefined;
		},
	};
}

type Rank = "is_verified" | "first_message_index" | "forwarded_count";

function selecting(db: Kysely<Database>): Pick<BackedUpKeys, "list" | "remove"> {
	return {
		async list({ accountId, version }, selection) {
			let query = db
				.selectFrom("backed_up_keys")
				.selectAll()
				.where("account_id", "=", accountId)
				.where("version", "=", version);
			for (const [column, value] of conditionsOf(selection)) query = query.where(column, "=", value);
			return (await query.orderBy("room_id").orderBy("session_id").execute()).map(keyFrom);
		},

		async remove({ accountId, version }, selection) {
			let query = db
				.deleteFrom("backed_up_keys")
				.where("account_id", "=", accountId)
				.where("version", "=", version);
			for (const [column, value] of conditionsOf(selection)) query = query.where(column, "=", value);
			return Number((await query.executeTakeFirst()).numDeletedRows);
		},
	};
}

function counting(db: Kysely<Database>): Pick<BackedUpKeys, "markChanged" | "contents" | "countAll"> {
	return {
		async markChanged({ accountId, version }) {
			await db
				.updateTable("key_backups")
				.set((is) => ({ etag: is("etag", "+", 1) }))
				.where("account_id", "=", accountId)
				.where("version", "=", version)
				.execute();
		},

		async contents({ accountId, version }) {
			const row = await db
				.selectFrom("key_backups")
				.select((is) => [
					"etag",
					is
						.selectFrom("backed_up_keys")
						.select(({ fn }) => fn.countAll<number>().as("keys"))
						.where("account_id", "=", accountId)
						.where("version", "=", version)
						.as("count"),
				])
				.where("account_id", "=", accountId)
				.where("version", "=", version)
				.executeTakeFirstOrThrow();
			return { count: row.count ?? 0, etag: String(row.etag) };
		},

		async countAll(accountId) {
			const row = await db
				.selectFrom("backed_up_keys")
				.innerJoin("key_backups", (backup) =>
					backup
						.onRef("key_backups.account_id", "=", "backed_up_keys.account_id")
						.onRef("key_backups.version", "=", "backed_up_keys.version"),
				)
				.select(({ fn }) => fn.countAll<number>().as("keys"))
				.where("backed_up_keys.account_id", "=", accountId)
				.where("deleted_at", "is", null)
				.executeTakeFirstOrThrow();
			return row.keys;
		},
	};
}

function conditionsOf({
	roomId,
	sessionId,
}: KeySelection): readonly (readonly ["room_id" | "session_id", string])[] {
	return [
		...(roomId === undefined ? [] : [["room_id", roomId] as const]),
		...(sessionId === undefined ? [] : [["session_id", sessionId] as const]),
	];
}

function rowOf({ accountId, version }: BackupAddress, key: BackedUpKey): BackedUpKeysTable {
	return {
		account_id: accountId,
		version,
		room_id: key.roomId,
		session_id: key.sessionId,
		first_message_index: key.firstMessageIndex,
		forwarded_count: key.forwardedCount,
		is_verified: key.isVerified ? 1 : 0,
		session_data: JSON.stringify(key.sessionData),
	};
}

function keyFrom(row: Selectable<BackedUpKeysTable>): BackedUpKey {
	return {
		roomId: row.room_id,
		sessionId: row.session_id,
		firstMessageIndex: row.first_message_index,
		forwardedCount: row.forwarded_count,
		isVerified: row.is_verified === 1,
		sessionData: objectFrom(row.session_data),
	};
}
