import type { Kysely, Selectable } from "kysely";
import type {
	AccountLinks,
	Arrival,
	BegunUpstream,
	Said,
	UpstreamArrivals,
	UpstreamCleanUp,
	UpstreamSignIns,
} from "../upstream/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";
import { toldId } from "./told-ids.ts";
import type { UpstreamTables } from "./upstream-tables.ts";

/** Browsers that were sent to another service to sign in there. */
export function createUpstreamSignIns(
	db: Kysely<Database>,
): UpstreamSignIns & UpstreamCleanUp["upstreamSignIns"] {
	return {
		async add({ stateHash, browserHash, provider, intent, resume, createdAt, expiresAt }) {
			await db
				.insertInto("upstream_sign_ins")
				.values({
					...{ state_hash: stateHash, browser_hash: browserHash, provider, intent: intent.kind, resume },
					session_hash: intent.kind === "sign-in" ? null : intent.browser,
					account_id: intent.kind === "sign-in" ? null : intent.accountId,
					generation: intent.kind === "sign-in" ? null : intent.generation,
					...{ created_at: createdAt, expires_at: expiresAt, used_at: null },
				})
				.execute();
		},

		async use({ stateHash, browserHash, provider, now }) {
			const row = await db
				.updateTable("upstream_sign_ins")
				.set({ used_at: now })
				.where("state_hash", "=", stateHash)
				.where("browser_hash", "=", browserHash)
				.where("provider", "=", provider)
				.where("expires_at", ">", now)
				.where("used_at", "is", null)
				.returningAll()
				.executeTakeFirst();
			return row && begunOf(row);
		},

		async findUsed({ stateHash, browserHash, provider, now }) {
			const row = await db
				.selectFrom("upstream_sign_ins")
				.selectAll()
				.where("state_hash", "=", stateHash)
				.where("browser_hash", "=", browserHash)
				.where("provider", "=", provider)
				.where("expires_at", ">", now)
				.where("used_at", "is not", null)
				.executeTakeFirst();
			return row && begunOf(row);
		},

		async deleteExpired(before) {
			const result = await db
				.deleteFrom("upstream_sign_ins")
				.where("state_hash", "in", (some) =>
					some
						.selectFrom("upstream_sign_ins")
						.select("upstream_sign_ins.state_hash")
						.where("expires_at", "<", before)
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}

function begunOf(row: UpstreamTables["upstream_sign_ins"]): BegunUpstream {
	const { provider, resume, created_at: createdAt, expires_at: expiresAt } = row;
	const { intent: kind, account_id: accountId, session_hash: browser, generation } = row;
	const common = { provider, resume, createdAt, expiresAt };
	if (kind === "sign-in") return { ...common, intent: { kind } };
	if (accountId === null || browser === null || generation === null)
		throw new Error("a sign-in elsewhere is nobody's");
	return { ...common, intent: { kind, accountId, browser, generation } };
}

/** Who came back from there and has no account here. */
export function createUpstreamArrivals(
	db: Kysely<Database>,
): UpstreamArrivals & UpstreamCleanUp["upstreamArrivals"] {
	return {
		async put({ browserHash, provider, issuer, subject, said, provedAt, stay = null, resume, expiresAt }) {
			const arrival = {
				...{ provider, issuer, subject, claims: JSON.stringify(said), proved_at: provedAt },
				...{ stay, resume, expires_at: expiresAt },
			};
			await db
				.insertInto("upstream_arrivals")
				.values({ browser_hash: browserHash, ...arrival })
				.onConflict((conflict) => conflict.column("browser_hash").doUpdateSet(arrival))
				.execute();
		},

		async find(browserHash, now) {
			const row = await db
				.selectFrom("upstream_arrivals")
				.selectAll()
				.where("browser_hash", "=", browserHash)
				.where("expires_at", ">", now)
				.executeTakeFirst();
			return row && arrivalOf(row);
		},

		async use({ browserHash, provider, subject, now }) {
			const row = await db
				.deleteFrom("upstream_arrivals")
				.where("browser_hash", "=", browserHash)
				.where("provider", "=", provider)
				.where("subject", "=", subject)
				.where("expires_at", ">", now)
				.returningAll()
				.executeTakeFirst();
			return row && { ...arrivalOf(row), browserHash, expiresAt: row.expires_at };
		},

		async forget({ browserHash, provider, subject }) {
			await db
				.deleteFrom("upstream_arrivals")
				.where("browser_hash", "=", browserHash)
				.where("provider", "=", provider)
				.where("subject", "=", subject)
				.execute();
		},

		async deleteExpired(before) {
			const result = await db
				.deleteFrom("upstream_arrivals")
				.where("browser_hash", "in", (some) =>
					some
						.selectFrom("upstream_arrivals")
						.select("upstream_arrivals.browser_hash")
						.where("expires_at", "<", before)
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}

function arrivalOf(row: Selectable<UpstreamTables["upstream_arrivals"]>): Arrival {
	const { provider, issuer, subject, resume, proved_at: provedAt, stay } = row;
	const said = JSON.parse(row.claims) as Said;
	return { provider, issuer, subject, said, provedAt, ...(stay !== null && { stay }), resume };
}

/** Whom other services know people as. */
export function createAccountLinks(db: Kysely<Database>): AccountLinks {
	return {
		async ownerOf(provider, subject) {
			const row = await db
				.selectFrom("account_links")
				.select(["account_id", "issuer"])
				.where("provider", "=", provider)
				.where("subject", "=", subject)
				.executeTakeFirst();
			return row && { accountId: row.account_id, ...(row.issuer !== null && { issuer: row.issuer }) };
		},

		async noteIssuer({ provider, subject, issuer }) {
			const row = await db
				.updateTable("account_links")
				.set({ issuer })
				.where("provider", "=", provider)
				.where("subject", "=", subject)
				.where((is) => is.or([is("issuer", "is", null), is("issuer", "=", issuer)]))
				.returning("subject")
				.executeTakeFirst();
			return row !== undefined;
		},

		async list(accountId) {
			const rows = await db
				.selectFrom("account_links")
				.select(["provider", "issuer", "subject", "name", "linked_at"])
				.where("account_id", "=", accountId)
				.orderBy("provider")
				.orderBy("subject")
				.execute();
			return rows.map(({ provider, issuer, subject, name, linked_at }) => ({
				...{ provider, subject },
				...(issuer !== null && { issuer }),
				...(name !== null && { name }),
				...(linked_at !== null && { linkedAt: linked_at }),
			}));
		},

		async add({ accountId, provider, issuer = null, subject, name = null, linkedAt = null }) {
			const row = await db
				.insertInto("account_links")
				.values({
					...{ provider, issuer, subject, account_id: accountId, name, linked_at: linkedAt },
					told_id: toldId("link", provider, subject),
				})
				.onConflict((conflict) => conflict.doNothing())
				.returning("subject")
				.executeTakeFirst();
			return row !== undefined;
		},

		async removeAddedAt(accountId, at) {
			await db
				.deleteFrom("account_links")
				.where("account_id", "=", accountId)
				.where("linked_at", "=", at)
				.execute();
		},

		async remove({ accountId, provider, subject }) {
			const row = await db
				.deleteFrom("account_links")
				.where("account_id", "=", accountId)
				.where("provider", "=", provider)
				.where("subject", "=", subject)
				.returning("subject")
				.executeTakeFirst();
			return row !== undefined;
		},
	};
}
