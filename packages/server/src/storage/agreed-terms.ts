import type { Kysely } from "kysely";
import type { AgreedTerms } from "../people/ports.ts";
import type { Database } from "./database.ts";

/** Which terms people have agreed to. */
export function createAgreedTerms(db: Kysely<Database>): AgreedTerms {
	return {
		async add({ accountId, version, at }) {
			const row = await db
				.insertInto("agreed_terms")
				.values({ account_id: accountId, version, agreed_at: at })
				.onConflict((conflict) => conflict.doNothing())
				.returning("account_id")
				.executeTakeFirst();
			return row !== undefined;
		},
		async has({ accountId, version }) {
			const row = await db
				.selectFrom("agreed_terms")
				.select("account_id")
				.where("account_id", "=", accountId)
				.where("version", "=", version)
				.executeTakeFirst();
			return row !== undefined;
		},
	};
}
