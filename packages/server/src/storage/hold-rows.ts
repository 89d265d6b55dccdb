import {
	type AccountId,
	backupType,
	defaultKeyType,
	type Holds,
	mostHeldBytes,
	mostOpeningBytes,
	type OpenHold,
	openingTypes,
} from "@countersign/core";
import { type ExpressionBuilder, type Kysely, type Selectable, type SqlBool, sql } from "kysely";
import type { HeldData } from "../homeserver/embedded/ports.ts";
import type { KeptReads } from "../kept/ports.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database } from "./database.ts";
import { objectFrom } from "./embedded/json-text.ts";
import type { HoldState, HoldsTable } from "./embedded/tables-client-data.ts";
import { devicesOf, takenOf } from "./hold-devices.ts";
import { keptRows } from "./kept-rows.ts";
import { anyAccountId, runPrepared } from "./prepared.ts";

/** Holds as rows, the same for both homeservers. */
export function createHoldRows(
	db: Kysely<Database>,
	keptMs: number,
): Pick<
	Holds,
	| "keptMs"
	| "open"
	| "put"
	| "setAside"
	| "copy"
	| "openedSince"
	| "tookForGood"
	| "kept"
	| "letRead"
	| "hasOver"
> &
	Pick<HeldData, "openAccounts" | "releaseDehydrated" | "forgetEnded"> &
	KeptReads {
	return { keptMs, ...opening(db), ...settingAside(db), ...counting(db), ...ending(db), ...keptRows(db) };
}

function opening(db: Kysely<Database>): Pick<Holds, "open" | "put"> {
	const open = db
		.selectFrom("holds")
		.selectAll()
		.where("account_id", "=", anyAccountId)
		.where("state", "in", [sql.lit("held" as const), sql.lit("asked" as const)])
		.compile();
	return {
		async open(accountId) {
			const [row] = await runPrepared(db, open, [accountId]);
			return row && fromRow(row);
		},

		async put(hold) {
			const row = {
				state: hold.state,
				floor: hold.floor,
				alone: hold.alone === undefined ? null : JSON.stringify(hold.alone),
				devices: JSON.stringify(hold.devices),
				dehydrated_device: hold.dehydratedDevice ?? null,
				last_at: hold.lastAt,
			};
			const { reference, accountId: account_id, openedAt: opened_at, switchedOff } = hold;
			const made = {
				reference,
				account_id,
				opened_at,
				switched_off: switchedOff === undefined ? null : JSON.stringify(switchedOff),
			};
			await db
				.insertInto("holds")
				.values({ ...row, ...made, ...neverClosed })
				.onConflict((conflict) => conflict.column("reference").doUpdateSet(row).where(isOpen))
				.execute();
		},
	};
}

/** A hold that is open. */
const neverClosed = {
	...{ kept_until: null, ended_at: null, replaced: 0, dropped_to: 0 },
	...{ reader: null, readable_until: null },
};

function settingAside(db: Kysely<Database>): Pick<Holds, "setAside" | "copy"> {
	/** Null where it is too much. */
	const textOf = async (reference: string, { type, content }: { type: string; content: object }) => {
		const text = JSON.stringify(content);
		const bytes = Buffer.byteLength(text);
		const opening = openingTypes(type === backupType ? objectFrom(text) : await secretOf(db, reference));
		if (opening.includes(type) && bytes <= mostOpeningBytes) return text;
		const held = await db
			.selectFrom("held_account_data")
			.select(({ fn }) => fn.sum<number | null>(sql`octet_length(before)`).as("bytes"))
			.where("reference", "=", reference)
			.$if(opening.length > 0, (query) => query.where("type", "not in", opening))
			.executeTakeFirst();
		return (held?.bytes ?? 0) + bytes <= mostHeldBytes ? text : null;
	};
	return {
		async setAside({ reference }, { type, before, content }) {
			const written = JSON.stringify(content);
			await db
				.insertInto("held_account_data")
				.values({ reference, type, before: await textOf(reference, { type, content: before }), written })
				.onConflict((conflict) =>
					conflict.columns(["reference", "type"]).doUpdateSet((is) => ({
						written,
						// A copy was not written over so far; another device may have changed it since.
						before: is
							.case()
							.when("held_account_data.before", "=", is.ref("held_account_data.written"))
							.then(is.ref("excluded.before"))
							.else(is.ref("held_account_data.before"))
							.end(),
					})),
				)
				.execute();
		},

		async copy({ reference }, { type, content }) {
			const text = await textOf(reference, { type, content });
			if (text === null) return;
			await db
				.insertInto("held_account_data")
				.values({ reference, type, before: text, written: text })
				.onConflict((conflict) => conflict.columns(["reference", "type"]).doNothing())
				.execute();
		},
	};
}

function counting(db: Kysely<Database>): Pick<Holds, "openedSince" | "tookForGood"> {
	return {
		async openedSince(accountId, since) {
			const { count, oldest } = await db
				.selectFrom("holds")
				.select(({ fn }) => [
					fn.countAll<number>().as("count"),
					fn.min<number | null>("opened_at").as("oldest"),
				])
				.where("account_id", "=", accountId)
				.where("opened_at", ">", since)
				.executeTakeFirstOrThrow();
			return { count, ...(oldest !== null && { oldestAt: oldest }) };
		},

		async tookForGood({ accountId, deviceId }, since) {
			const rows = await db
				.selectFrom("holds")
				.select("devices")
				.where("account_id", "=", accountId)
				.where("state", "in", ["kept", "dropping", "gone"])
				.where("last_at", ">", since)
				.execute();
			return rows.some(({ devices }) => devicesOf(devices).includes(deviceId));
		},
	};
}

function ending(db: Kysely<Database>): Pick<HeldData, "openAccounts" | "releaseDehydrated" | "forgetEnded"> {
	return {
		async openAccounts() {
			const rows = await db.selectFrom("holds").select("account_id").where(isOpen).execute();
			return rows.map(({ account_id }) => account_id);
		},

		async releaseDehydrated(accountId) {
			await db
				.updateTable("holds")
				.set({ dehydrated_device: null })
				.where("account_id", "=", accountId)
				.where(isOpen)
				.execute();
		},

		async forgetEnded(before) {
			const result = await db
				.deleteFrom("holds")
				.where("reference", "in", (rows) =>
					rows
						.selectFrom("holds")
						.select("holds.reference")
						.where("state", "in", ["back", "gone"])
						.where("ended_at", "<", before)
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}

/** Closes a hold that is open. Whether it was. */
export async function closeHold(
	db: Kysely<Database>,
	{ reference }: OpenHold,
	to: {
		readonly state: HoldState;
		readonly until: number | null;
		readonly now: number;
		readonly isReplaced?: boolean | undefined;
	},
): Promise<boolean> {
	const closed = await db
		.updateTable("holds")
		.set({
			state: to.state,
			kept_until: to.until,
			ended_at: to.now,
			replaced: to.isReplaced === true ? 1 : 0,
		})
		.where("reference", "=", reference)
		.where(isOpen)
		.returning("reference")
		.executeTakeFirst();
	return closed !== undefined;
}

/**
 * The secrets of an identity that is over open nothing any more. Compared byte by byte: a database's locale may order
 * texts as people do, who look past dots and slashes.
 */
export async function forgetIdentitySecrets(db: Kysely<Database>, { reference }: OpenHold): Promise<void> {
	await db
		.deleteFrom("held_account_data")
		.where("reference", "=", reference)
		.where(sql<SqlBool>`substr(type, 1, ${sql.lit(identity.length)}) = ${sql.lit(identity)}`)
		.execute();
}

const identity = "m.cross_signing.";

/** Account data of one type, as texts. */
interface HeldRow {
	readonly type: string;
	readonly before: string | null;
	readonly written: string;
}

interface Opening {
	readonly type: string;
	readonly before: string;
}

/**
 * What was written over, without what was only copied, the default key last: whoever reads it finds what it opens there
 * already. And what opens the backup, copied or written over.
 */
export async function heldOf(
	db: Kysely<Database>,
	reference: string,
): Promise<{ readonly overwritten: readonly HeldRow[]; readonly opening: readonly Opening[] }> {
	const rows = await db
		.selectFrom("held_account_data")
		.select(["type", "before", "written"])
		.where("reference", "=", reference)
		.orderBy("type")
		.execute();
	const secret = rows.find(({ type }) => type === backupType)?.before;
	const opening = openingTypes(objectFrom(secret ?? "{}"));
	const isLast = ({ type }: HeldRow) => Number(type === defaultKeyType);
	return {
		overwritten: rows.filter((row) => row.before !== row.written).toSorted((a, b) => isLast(a) - isLast(b)),
		opening: rows.flatMap(({ type, before }) =>
			before !== null && opening.includes(type) ? [{ type, before }] : [],
		),
	};
}

/**
 * Of one that is over, in this transaction: what opens the backup is kept until then, and all else that was set aside
 * goes. `floor`: the version that it opens, where the hold took none away.
 */
export async function keepOpening(
	db: Kysely<Database>,
	{ reference, until, floor }: { reference: string; until: number; floor: number | undefined },
): Promise<void> {
	await db
		.updateTable("holds")
		.set({ state: "aside", kept_until: until, ...(floor !== undefined && { floor }) })
		.where("reference", "=", reference)
		.execute();
	await db
		.deleteFrom("held_account_data")
		.where("reference", "=", reference)
		.where("type", "not in", openingTypes(await secretOf(db, reference)))
		.execute();
}

/** The key of the backup as it was set aside or copied; empty where it was not. */
async function secretOf(db: Kysely<Database>, reference: string) {
	const row = await db
		.selectFrom("held_account_data")
		.select("before")
		.where("reference", "=", reference)
		.where("type", "=", backupType)
		.executeTakeFirst();
	return objectFrom(row?.before ?? "{}");
}

export function isOpenState(state: HoldState): boolean {
	return state === "held" || state === "asked";
}

function isOpen(is: ExpressionBuilder<Database, "holds">) {
	return is("holds.state", "in", ["held", "asked"]);
}

function fromRow(row: Selectable<HoldsTable>): OpenHold {
	return {
		reference: row.reference,
		accountId: row.account_id,
		state: row.state === "asked" ? "asked" : "held",
		...takenOf(row),
		devices: devicesOf(row.devices),
		...(row.dehydrated_device !== null && { dehydratedDevice: row.dehydrated_device }),
		openedAt: row.opened_at,
		lastAt: row.last_at,
		...(row.switched_off !== null && { switchedOff: JSON.parse(row.switched_off) as readonly string[] }),
	};
}

/** With the account goes whatever was held or kept of it, and that it was. */
export async function removeHoldsOf(db: Kysely<Database>, accountId: AccountId): Promise<void> {
	await db
		.deleteFrom("held_account_data")
		.where("reference", "in", (rows) =>
			rows.selectFrom("holds").select("holds.reference").where("account_id", "=", accountId),
		)
		.execute();
	await db.deleteFrom("holds").where("account_id", "=", accountId).execute();
}
