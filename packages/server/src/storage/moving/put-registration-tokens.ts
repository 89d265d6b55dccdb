import type { Kysely } from "kysely";
import type { Kept } from "../../moving/ports.ts";
import type { Database } from "../database.ts";

/** Registration tokens of MAS, in the place of those that came before. */
export async function putRegistrationTokens(db: Kysely<Database>, kept: readonly Kept[]): Promise<void> {
	await db.deleteFrom("registration_tokens").where("made_by", "is", null).execute();
	for (const { id, body } of kept) {
		const time = (name: string) => (typeof body[name] === "number" ? body[name] : null);
		const row = {
			...{ id, token_hash: String(body.token_hash), name: "from MAS", made_by: null },
			...{ localpart: null, address: null, address_key: null },
			...{ uses: time("usage_limit"), used: time("times_used") ?? 0, created_at: time("created_at") ?? 0 },
			...{ expires_at: time("expires_at"), revoked_at: time("revoked_at") },
		};
		await db
			.insertInto("registration_tokens")
			.values(row)
			.onConflict((conflict) => conflict.doNothing())
			.execute();
	}
}
