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
	};
}
