import { type AccountId, asSessionId, type SessionId } from "@countersign/core";
import type { Insertable, Kysely } from "kysely";
import type { MovedPerson, MovedSession } from "../../moving/ports.ts";
import type { Database } from "../database.ts";
import { never, noToken } from "../token-words.ts";
import { toldId } from "../told-ids.ts";

/** The client that stands for every app of the older login API, there since migration 0009. */
const compatClientId = "legacy";

/**
 * Takes away what an earlier pass made, and nobody has used: its sessions are all live. Asked for as such they are found
 * by the index of live ones; there is no other by account, and the whole table would be read for each person.
 */
export async function clearAccount(db: Kysely<Database>, accountId: AccountId): Promise<void> {
	const live = db
		.selectFrom("sessions")
		.select("id")
		.where("account_id", "=", accountId)
		.where("ended_at", "is", null);
	await db.deleteFrom("access_tokens").where("session_id", "in", live).execute();
	await db.deleteFrom("refresh_tokens").where("session_id", "in", live).execute();
	await db.deleteFrom("sessions").where("account_id", "=", accountId).where("ended_at", "is", null).execute();
	for (const table of ["devices", "account_emails", "account_links"] as const)
		await db.deleteFrom(table).where("account_id", "=", accountId).execute();
}

interface Filling {
	readonly accountId: AccountId;
	readonly person: MovedPerson;
	readonly newSessionId: () => SessionId;
}

/** Sessions with their tokens, and the device of each: one without a session would be cleaned away. */
export async function fillAccount(db: Kysely<Database>, filling: Filling): Promise<void> {
	const { accountId, person, newSessionId } = filling;
	const account = { account_id: accountId };
	const sessions = person.sessions.map((session) => ({
		id: session.id === undefined ? newSessionId() : asSessionId(session.id),
		session,
	}));
	for (const { client, createdAt } of person.sessions) await putClient(db, client, createdAt);
	await putAddresses(db, accountId, person.emails);
	await takeLinks(db, person.links);
	await insertRows(
		db,
		"account_links",
		person.links.map((link) => ({
			...{ ...account, ...link },
			told_id: toldId("link", link.provider, link.subject),
		})),
	);
	await insertRows(
		db,
		"sessions",
		sessions.map(({ id, session }) => sessionRow(accountId, id, session)),
	);
	await insertRows(
		db,
		"devices",
		sessions.flatMap(({ session: { deviceId, deviceName, createdAt } }) =>
			deviceId === null
				? []
				: { ...account, device_id: deviceId, display_name: deviceName, created_at: createdAt, making: null },
		),
	);
	await insertRows(
		db,
		"refresh_tokens",
		sessions.flatMap(({ id, session }) =>
			session.refresh.map(({ hash, sibling = null, createdAt }) => ({
				...{ hash, session_id: id, created_at: createdAt, sibling },
				...{ consumed_at: null, late_at: null },
			})),
		),
	);
	await insertRows(
		db,
		"access_tokens",
		sessions.flatMap(({ id, session }) =>
			session.access.map(({ hash, refreshHash = noToken, createdAt, expiresAt = never, used }) => ({
				...{ hash, session_id: id, refresh_hash: refreshHash, created_at: createdAt, expires_at: expiresAt },
				...{ first_used_at: used ? createdAt : null, acr: null, authenticated_at: null },
			})),
		),
	);
}

/** Where they come from each is one person's: whoever moved in with one before, in another batch, is put again without it. */
async function takeLinks(db: Kysely<Database>, links: MovedPerson["links"]): Promise<void> {
	for (const { provider, subject } of links)
		await db
			.deleteFrom("account_links")
			.where("provider", "=", provider)
			.where("subject", "=", subject)
			.where("account_id", "in", (moved) => moved.selectFrom("moved_accounts").select("account_id"))
			.execute();
}

/** Confirmed where they come from; one that somebody else brought before is to be confirmed again. */
async function putAddresses(
	db: Kysely<Database>,
	accountId: AccountId,
	emails: MovedPerson["emails"],
): Promise<void> {
	const byKey = new Map(emails.map((email) => [email.address.toLowerCase(), email]));
	if (byKey.size === 0) return;
	const taken = await db
		.selectFrom("account_emails")
		.select("address_key")
		.where("address_key", "in", [...byKey.keys()])
		.where("account_id", "<>", accountId)
		.execute();
	const isTaken = new Set(taken.map((row) => row.address_key));
	await insertRows(
		db,
		"account_emails",
		[...byKey].map(([key, { address, addedAt }]) => ({
			...{ account_id: accountId, address, address_key: key, added_at: addedAt },
			...{ verified_at: isTaken.has(key) ? null : addedAt, told_id: toldId("address", accountId, key) },
		})),
	);
}

/** That of a token which the operator issued there: its name is kept in it. */
async function putClient(
	db: Kysely<Database>,
	client: MovedSession["client"],
	createdAt: number,
): Promise<void> {
	if (client?.metadata === undefined) return;
	const metadata = JSON.stringify(client.metadata);
	await db
		.insertInto("clients")
		.values({ id: client.id, metadata, created_at: createdAt, last_used_at: createdAt })
		.onConflict((conflict) => conflict.column("id").doUpdateSet({ metadata }))
		.execute();
}

function sessionRow(
	accountId: AccountId,
	id: SessionId,
	session: MovedSession,
): Insertable<Database["sessions"]> {
	return {
		...{
			id,
			told_id: toldId("app-session", id),
			account_id: accountId,
			client_id: session.client?.id ?? compatClientId,
			device_id: session.deviceId,
		},
		...{ scope: session.scope, created_at: session.createdAt, last_used_at: session.lastUsedAt },
		...{ signed_in_address: null, last_address: session.lastAddress, user_agent: session.userAgent },
		...{ ended_at: null, end_reason: null, device_kept_until: null },
		...{ ends_at: endOf(session), token_made_at: madeAtOf(session) },
		...{ token_end_told: null, idle_end_told: null, age_end_told: null },
	};
}

/**
 * Of what a token of a program holds, and nothing renews. One whose token did not come along is over since it was last
 * used: without an end nothing would ever end it.
 */
function endOf({ client, access, lastUsedAt }: MovedSession): number | null {
	if (client?.metadata === undefined) return null;
	const [token] = access;
	return token === undefined ? lastUsedAt : (token.expiresAt ?? null);
}

/** Of the token that came along, whose session may be much older: another in its place lasts as long as this was to. */
function madeAtOf({ client, access, lastUsedAt }: MovedSession): number | null {
	if (client?.metadata === undefined) return null;
	return access[0]?.createdAt ?? lastUsedAt;
}

/** A statement has room for some thousand values. */
const rowsAtOnce = 100;

export async function insertRows<Table extends keyof Database>(
	db: Kysely<Database>,
	table: Table,
	rows: readonly Insertable<Database[Table]>[],
): Promise<void> {
	for (let at = 0; at < rows.length; at += rowsAtOnce)
		await db
			.insertInto(table)
			.values(rows.slice(at, at + rowsAtOnce))
			.execute();
}
