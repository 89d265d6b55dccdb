import type { SessionId } from "@countersign/core";
import { type Kysely, sql } from "kysely";
import type { SecurityEvent } from "../audit/ports.ts";
import type { Letters, Notice, NoticeRecords, NoticesCleanUp } from "../notices/ports.ts";
import { isOperator } from "./actor-row.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";

/** What people are told of, and what they say to it. */
export function createNoticeRecords(db: Kysely<Database>): NoticeRecords & NoticesCleanUp["notices"] {
	const told = () =>
		db
			.selectFrom("notices")
			.innerJoin("security_events as event", "event.id", "notices.event_id")
			.innerJoin("accounts", "accounts.id", "notices.account_id")
			.select([
				...(["notices.event_id", "notices.account_id", "notices.at", "notices.objected_at"] as const),
				...(["event.kind", "event.address", "event.session_id", "event.detail", "event.actor"] as const),
				"accounts.localpart",
			])
			.select((is) =>
				// Of a line that knows the device alone: who is on it since before.
				is
					.selectFrom("sessions as on_device")
					.select("on_device.id")
					.whereRef("on_device.account_id", "=", "event.account_id")
					.whereRef("on_device.device_id", "=", "event.device_id")
					.whereRef("on_device.created_at", "<=", "event.at")
					.where("on_device.ended_at", "is", null)
					.orderBy("on_device.created_at", "desc")
					.limit(1)
					.as("on_device"),
			);
	type Row = Awaited<ReturnType<ReturnType<typeof told>["executeTakeFirstOrThrow"]>>;
	const fromRow = ({ session_id: its, on_device: onDevice, ...row }: Row) => ({
		...{ eventId: row.event_id, accountId: row.account_id, at: row.at, localpart: row.localpart },
		...{ kind: row.kind as SecurityEvent["kind"], isObjectedTo: row.objected_at !== null },
		...(row.address !== null && { address: row.address }),
		...sessionOf(its ?? onDevice),
		...subjectOf(row.detail),
		isByOperator: isOperator(row.actor),
	});
	return {
		async add({ eventId, accountId, at }) {
			await db
				.insertInto("notices")
				.values({ event_id: eventId, account_id: accountId, at, objected_at: null })
				.execute();
		},

		async find(eventId, since) {
			const row = await told()
				.where("notices.event_id", "=", eventId)
				.where("notices.at", ">", since)
				.executeTakeFirst();
			return row && fromRow(row);
		},

		async list(accountId, { since, limit }) {
			const rows = await told()
				.where("notices.account_id", "=", accountId)
				.where("notices.at", ">", since)
				.where("objected_at", "is", null)
				.orderBy("notices.at", "desc")
				.orderBy("notices.event_id")
				.limit(limit)
				.execute();
			return rows.map(fromRow);
		},

		async object(eventId, now) {
			const row = await db
				.updateTable("notices")
				.set({ objected_at: now })
				.where("event_id", "=", eventId)
				.where("objected_at", "is", null)
				.returning("event_id")
				.executeTakeFirst();
			return row !== undefined;
		},

		async deleteBefore(before) {
			// From where it was not them is remembered as long as the line that says from where.
			const result = await db
				.deleteFrom("notices")
				.where("event_id", "in", (some) =>
					some
						.selectFrom("notices")
						.leftJoin("security_events as line", "line.id", "notices.event_id")
						.select("notices.event_id")
						.where("notices.at", "<", before)
						.where((is) => is.or([is("notices.objected_at", "is", null), is("line.id", "is", null)]))
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}

function sessionOf(id: SessionId | null): Pick<Notice, "sessionId"> {
	return id === null ? {} : { sessionId: id };
}

/** What the line was about. */
function subjectOf(detail: string): Pick<Notice, "email" | "wasConfirmed" | "passkey" | "isFirstFactor"> {
	const { email, confirmed, passkey, first } = JSON.parse(detail) as Readonly<Record<string, string>>;
	return {
		...(email !== undefined && { email }),
		...(passkey !== undefined && { passkey }),
		wasConfirmed: confirmed === "yes",
		isFirstFactor: first === "yes",
	};
}

/** After three days it is no news any more. */
const newsMs = 3 * 24 * 3_600_000;

/** Has the person told of this line of their log, at every address that they have confirmed. */
export async function tellOf(
	db: Kysely<Database>,
	add: (letter: Parameters<Letters["add"]>[1]) => Promise<void>,
	event: SecurityEvent,
): Promise<void> {
	if (event.kind === "signed-in" && (await isFromWhereBefore(db, event))) return;
	if (event.kind === "code-refused" && !(await isCodeNews(db, event))) return;
	const { id, accountId, at, kind, address = "", detail } = event;
	const reminds = kind.endsWith("-soon") && detail.ends !== undefined;
	if (!reminds) await createNoticeRecords(db).add({ eventId: id, accountId, at });
	const mailboxes = await db
		.selectFrom("account_emails")
		.select("address")
		.where("account_id", "=", accountId)
		.where("verified_at", "is not", null)
		.orderBy("address_key")
		.execute();
	for (const { address: to } of mailboxes) {
		const letter = { to, expiresAt: at + newsMs };
		const { name = "", ends = "" } = detail;
		await add(
			reminds
				? { ...letter, kind: "ends-soon", what: kind, name, ends }
				: { ...letter, kind: "notice", eventId: id, event: kind, at: String(at), from: address },
		);
	}
}

/**
 * A browser where this person, by their log, has signed in or registered before is no news. What was from there before
 * somebody said of anything from there that it was not them makes no place a known one.
 */
async function isFromWhereBefore(db: Kysely<Database>, event: SecurityEvent): Promise<boolean> {
	const row = await db
		.selectFrom("security_events")
		.select(sql<number>`1`.as("found"))
		.where("account_id", "=", event.accountId)
		.where("kind", "in", ["signed-in", "account-registered"])
		.where("address", "=", event.address ?? "")
		.where("id", "<>", event.id)
		.where((is) =>
			is.not(
				is.exists(
					is
						.selectFrom("notices")
						.innerJoin("security_events as said", "said.id", "notices.event_id")
						.select(sql<number>`1`.as("found"))
						.where("notices.account_id", "=", event.accountId)
						.where("said.address", "=", event.address ?? "")
						.whereRef("notices.objected_at", ">=", "security_events.at"),
				),
			),
		)
		.limit(1)
		.executeTakeFirst();
	return row !== undefined;
}

const day = 24 * 3_600_000;
/** Of one's own codes, of the step before or mistyped. */
const mistypedMost = 2;

/**
 * A wrong code beside a right password. Once a day: whoever knows the password could send letters as fast as they guess.
 * From where the person has signed in before not until the third of a day, which is more than mistyping.
 */
async function isCodeNews(db: Kysely<Database>, event: SecurityEvent): Promise<boolean> {
	const { accountId, at } = event;
	const lines = await db
		.selectFrom("security_events")
		.leftJoin("notices", "notices.event_id", "security_events.id")
		.select("notices.event_id")
		.where("security_events.account_id", "=", accountId)
		.where("kind", "=", "code-refused")
		.where("security_events.at", ">", at - day)
		.execute();
	if (lines.some(({ event_id }) => event_id !== null)) return false;
	return lines.length > mistypedMost || !(await isFromWhereBefore(db, event));
}
