import { type Kysely, sql } from "kysely";
import type { AdministeredReads, RegistrationTokenFilter, RegistrationTokenRow } from "../../admin/ports.ts";
import type { Database, RegistrationTokensTable } from "../database.ts";
import { type Condition, createListing, holds, when } from "./listing.ts";

export function createRegistrationTokenList(db: Kysely<Database>): AdministeredReads["registrationTokens"] {
	return createListing<RegistrationTokenFilter, RegistrationTokensTable, RegistrationTokenRow>(db, {
		from: sql`registration_tokens`,
		columns: sql`id, name, uses, used, created_at, expires_at, revoked_at`,
		key: "id",
		where: ({ isUsed, isRevoked, isExpired, isValid, now }) => [
			...when(isUsed, (is) => holds(sql`used > 0`, is)),
			...when(isRevoked, (is) => holds(revoked, is)),
			...when(isExpired, (is) => holds(expired(now), is)),
			...when(isValid, (is) => holds(sql`NOT ${revoked} AND NOT ${expired(now)} AND NOT ${usedUp}`, is)),
		],
		read: (row) => ({
			id: row.id,
			name: row.name,
			uses: row.uses,
			used: row.used,
			createdAt: row.created_at,
			expiresAt: row.expires_at,
			revokedAt: row.revoked_at,
		}),
	});
}

/** None of them is ever unknown: where it were, neither it nor its opposite would hold. */
const revoked: Condition = sql`(revoked_at IS NOT NULL)`;
const usedUp: Condition = sql`(uses IS NOT NULL AND used >= uses)`;

function expired(now: number): Condition {
	return sql`(expires_at IS NOT NULL AND expires_at <= ${now})`;
}
