import type { Kysely } from "kysely";
import type { Profiles } from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";

/** The part of an account that others may see. */
export function createProfiles(db: Kysely<Database>): Profiles {
	return {
		async ofLocalpart(localpart) {
			const row = await db
				.selectFrom("accounts")
				.select(["id", "display_name", "avatar_url"])
				.where("localpart", "=", localpart)
				.where("deactivated_at", "is", null)
				.executeTakeFirst();
			if (row === undefined) return undefined;
			return {
				accountId: row.id,
				...(row.display_name !== null && { displayName: row.display_name }),
				...(row.avatar_url !== null && { avatarUrl: row.avatar_url }),
			};
		},

		async setDisplayName(accountId, displayName) {
			await db
				.updateTable("accounts")
				.set({ display_name: displayName ?? null })
				.where("id", "=", accountId)
				.where("deactivated_at", "is", null)
				.execute();
		},

		async setAvatar(accountId, avatarUrl) {
			await db
				.updateTable("accounts")
				.set({ avatar_url: avatarUrl ?? null })
				.where("id", "=", accountId)
				.where("deactivated_at", "is", null)
				.execute();
		},
	};
}
