import type { Kysely } from "kysely";
import type { KeySignatures } from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";

export function createKeySignatures(db: Kysely<Database>): KeySignatures {
	return {
		async add({ signerAccountId, signerKeyId, targetAccountId, targetKey, signature }) {
			const row = await db
				.insertInto("key_signatures")
				.values({
					signer_account_id: signerAccountId,
					signer_key_id: signerKeyId,
					target_account_id: targetAccountId,
					target_key: targetKey,
					signature,
				})
				.onConflict((conflict) =>
					conflict
						.columns(["target_account_id", "target_key", "signer_account_id", "signer_key_id"])
						.doUpdateSet({ signature })
						.where("key_signatures.signature", "<>", signature),
				)
				.returning("target_key")
				.executeTakeFirst();
			return row !== undefined;
		},

		async on(targetAccountId) {
			const rows = await db
				.selectFrom("key_signatures")
				.selectAll()
				.where("target_account_id", "=", targetAccountId)
				.execute();
			return rows.map((row) => ({
				signerAccountId: row.signer_account_id,
				signerKeyId: row.signer_key_id,
				targetAccountId: row.target_account_id,
				targetKey: row.target_key,
				signature: row.signature,
			}));
		},
	};
}
