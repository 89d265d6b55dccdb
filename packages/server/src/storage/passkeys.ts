import type { Kysely, Selectable } from "kysely";
import type { PasskeyRecords, StoredPasskey } from "../proofs/ports.ts";
import type { Database, PasskeysTable } from "./database.ts";

/** Passkeys. Whether one was copied is decided within the statement that uses it. */
export function createPasskeyRecords(db: Kysely<Database>): PasskeyRecords {
	return {
		async add(passkey) {
			const row = await db
				.insertInto("passkeys")
				.values({
					id: passkey.id,
					account_id: passkey.accountId,
					credential_id: passkey.credentialId,
					public_key: passkey.publicKey,
					counter: passkey.counter,
					transports: JSON.stringify(passkey.transports),
					host: passkey.host,
					name: passkey.name,
					created_at: passkey.createdAt,
				})
				.onConflict((conflict) => conflict.column("credential_id").doNothing())
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async find(credentialId) {
			const row = await db
				.selectFrom("passkeys")
				.selectAll()
				.where("credential_id", "=", credentialId)
				.executeTakeFirst();
			return row && passkeyFromRow(row);
		},

		async list(accountId) {
			const rows = await db
				.selectFrom("passkeys")
				.selectAll()
				.where("account_id", "=", accountId)
				.orderBy("created_at")
				.orderBy("id")
				.execute();
			return rows.map(passkeyFromRow);
		},

		async use(id, { counter, at }) {
			const row = await db
				.updateTable("passkeys")
				.set({ counter, last_used_at: at })
				.where("id", "=", id)
				.where((is) => (counter === 0 ? is("counter", "=", 0) : is("counter", "<", counter)))
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async remove(id, accountId) {
			const row = await db
				.deleteFrom("passkeys")
				.where("id", "=", id)
				.where("account_id", "=", accountId)
				.returning("id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async removeAllOf(accountId) {
			const rows = await db
				.deleteFrom("passkeys")
				.where("account_id", "=", accountId)
				.returning("id")
				.execute();
			return rows.length;
		},
	};
}

function passkeyFromRow(row: Selectable<PasskeysTable>): StoredPasskey {
	return {
		id: row.id,
		accountId: row.account_id,
		credentialId: row.credential_id,
		publicKey: row.public_key,
		counter: row.counter,
		transports: JSON.parse(row.transports) as string[],
		host: row.host,
		name: row.name,
		createdAt: row.created_at,
		lastUsedAt: row.last_used_at,
	};
}
