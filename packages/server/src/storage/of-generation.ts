import type { AccountId } from "@countersign/core";
import type { Expression, Kysely } from "kysely";
import type { Database } from "./database.ts";

/** An account and the generation in which its person agreed: values, or columns of the row that is acted on. */
interface Agreed {
	readonly accountId: AccountId | Expression<AccountId>;
	readonly generation: number | Expression<number>;
}

/**
 * The account, if it is still of the generation in which its person agreed: by a password, a lock or the wish to be
 * signed out everywhere, whoever agreed is thrown out, and with them what they agreed to. To be asked within the
 * statement that acts on it, not before.
 */
export function ofGeneration(db: Kysely<Database>, { accountId, generation }: Agreed) {
	return db
		.selectFrom("accounts")
		.select("accounts.id")
		.where("accounts.id", "=", accountId)
		.where("accounts.generation", "=", generation);
}
