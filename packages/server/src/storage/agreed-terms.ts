import type { Kysely } from "kysely";
import type { AgreedTerms } from "../people/ports.ts";
import type { Database } from "./database.ts";

/** Which terms people have agreed to. */
export function createAgreedTerms(db: Kysely<Database>): AgreedTerms {
	return {
		async add({ accountId, version, at }) {
			await db
				.insertInto("agreed_terms")
				.values({ account_id: accountId, version, agreed_at: at })
				.onConflict((conflict) => conflict.doNothing())
				.execute();
		},
	};
}
