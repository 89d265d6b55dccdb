import type { Kysely } from "kysely";
import type { ProofUnit } from "../proofs/ports.ts";
import type { Database } from "./database.ts";

/** Whether an account has any second factor, whichever it is. */
export function createSecondFactors(db: Kysely<Database>): ProofUnit["secondFactors"] {
	return {
		async isThere(accountId) {
			const passkey = db.selectFrom("passkeys").select("account_id").where("account_id", "=", accountId);
			const app = db.selectFrom("one_time_codes").select("account_id").where("account_id", "=", accountId);
			return (await passkey.unionAll(app).limit(1).executeTakeFirst()) !== undefined;
		},

		async holders() {
			const passkeys = db.selectFrom("passkeys").select("account_id");
			const rows = await passkeys.union(db.selectFrom("one_time_codes").select("account_id")).execute();
			return new Set(rows.map((row) => row.account_id));
		},
	};
}
