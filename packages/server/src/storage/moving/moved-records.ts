import { type AccountId, asAccountId, asSessionId } from "@countersign/core";
import type { Kysely } from "kysely";
import type { Kept, MovedPerson, MovedRecords } from "../../moving/ports.ts";
import type { Database } from "../database.ts";
import { never } from "../token-words.ts";
import { countMoved, countTwoFactors, passwordKinds } from "./counts.ts";
import { putRegistrationTokens } from "./put-registration-tokens.ts";
import { clearAccount, fillAccount, insertRows } from "./put-sessions.ts";
import { readHere } from "./read-here.ts";

/** People who moved in, with all that is theirs. */
export function createMovedRecords(db: Kysely<Database>): MovedRecords {
	return {
		async digests(localparts) {
			if (localparts.length === 0) return new Map();
			const rows = await db
				.selectFrom("moved_accounts")
				.innerJoin("accounts", "accounts.id", "moved_accounts.account_id")
				.select(["accounts.localpart", "moved_accounts.digest"])
				.where("accounts.localpart", "in", [...localparts])
				.execute();
			return new Map(rows.map(({ localpart, digest }) => [localpart, digest]));
		},

		async release(localparts) {
			if (localparts.length === 0) return;
			for (const table of ["account_emails", "account_links"] as const)
				await db
					.deleteFrom(table)
					.where("account_id", "in", (moved) =>
						moved
							.selectFrom("accounts")
							.innerJoin("moved_accounts", "moved_accounts.account_id", "accounts.id")
							.select("accounts.id")
							.where("accounts.localpart", "in", [...localparts]),
					)
					.execute();
		},

		async put(person, { digest, newId }) {
			const known = await findAccount(db, person.localpart);
			if (known !== undefined && !known.moved) return false;
			const id = person.id === undefined ? undefined : asAccountId(person.id);
			if (known !== undefined && id !== undefined && known.id !== id) return false;
			const accountId = known?.id ?? id ?? asAccountId(newId());
			await putAccount(db, accountId, person);
			if (known !== undefined) await clearAccount(db, accountId);
			await fillAccount(db, { accountId, person, newSessionId: () => asSessionId(newId()) });
			await db
				.insertInto("moved_accounts")
				.values({ account_id: accountId, digest })
				.onConflict((conflict) => conflict.column("account_id").doUpdateSet({ digest }))
				.execute();
			return true;
		},

		async putApps(apps) {
			for (const { id, metadata, createdAt, isStatic } of apps) {
				const columns = { metadata: JSON.stringify(metadata), last_used_at: isStatic ? never : createdAt };
				await db
					.insertInto("clients")
					.values({ id, created_at: createdAt, ...columns })
					.onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
					.execute();
			}
		},

		async putKept(kept) {
			await db.deleteFrom("moved_extras").execute();
			const isToken = ({ kind }: Kept) => kind === "registration-token";
			const extras = kept.filter((each) => !isToken(each));
			const rows = extras.map(({ kind, id, body }) => ({ kind, id, body: JSON.stringify(body) }));
			await insertRows(db, "moved_extras", rows);
			await putRegistrationTokens(db, kept.filter(isToken));
		},

		counts: () => countMoved(db),
		passwordKinds: () => passwordKinds(db),
		countTwoFactors: () => countTwoFactors(db),

		async countOthers() {
			const row = await db
				.selectFrom("accounts")
				.select((is) => is.fn.countAll<number | bigint>().as("count"))
				.where("id", "not in", (moved) => moved.selectFrom("moved_accounts").select("account_id"))
				.executeTakeFirstOrThrow();
			return Number(row.count);
		},

		async dropSealed() {
			await db.deleteFrom("sealed_tokens").execute();
		},

		here: (which) => readHere(db, which),
	};
}

async function findAccount(
	db: Kysely<Database>,
	localpart: string,
): Promise<{ readonly id: AccountId; readonly moved: boolean } | undefined> {
	const row = await db
		.selectFrom("accounts")
		.leftJoin("moved_accounts", "moved_accounts.account_id", "accounts.id")
		.select(["accounts.id", "moved_accounts.digest"])
		.where("accounts.localpart", "=", localpart)
		.executeTakeFirst();
	return row && { id: row.id, moved: row.digest !== null };
}

async function putAccount(db: Kysely<Database>, id: AccountId, person: MovedPerson): Promise<void> {
	const columns = {
		display_name: person.displayName,
		admin: Number(person.admin),
		created_at: person.createdAt,
		locked_at: person.lockedAt,
		deactivated_at: person.deactivatedAt,
		password_hash: person.passwordHash,
		password_changed_at: person.passwordHash === null ? null : person.createdAt,
	};
	await db
		.insertInto("accounts")
		.values({ id, localpart: person.localpart, avatar_url: null, ...columns })
		.onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
		.execute();
}
