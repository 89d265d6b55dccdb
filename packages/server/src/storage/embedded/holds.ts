import { type AccountId, defaultKeyType, type Holds, mostHeldBytes, type OpenHold } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import { type ExpressionBuilder, type Kysely, type Selectable, sql } from "kysely";
import type { AccountData, HeldData, Stream } from "../../homeserver/embedded/ports.ts";
import { rowsPerBatch } from "../batch.ts";
import type { Database } from "../database.ts";
import { anyAccountId, runPrepared } from "../prepared.ts";
import { objectFrom } from "./json-text.ts";
import type { HoldsTable } from "./tables-client-data.ts";

interface Beside {
	readonly stream: Stream;
	readonly accountData: Pick<AccountData, "put" | "get">;
	readonly removeDevice: (accountId: AccountId, deviceId: DeviceId, now: number) => Promise<void>;
}

/** What apps took away on the way to a reset, where it is our own data that they took. */
export function createHolds(db: Kysely<Database>, beside: Beside): Holds & HeldData {
	return { ...holds(db), ...outcomes(db, beside), ...reading(db), ...dropping(db) };
}

function holds(db: Kysely<Database>): Pick<Holds, "put" | "setAside" | "countKept" | "openedSince"> {
	return {
		async put(hold) {
			const row = {
				state: hold.state,
				floor: hold.floor,
				devices: JSON.stringify(hold.devices),
				dehydrated_device: hold.dehydratedDevice ?? null,
				last_at: hold.lastAt,
			};
			const { reference, accountId: account_id, openedAt: opened_at } = hold;
			await db
				.insertInto("holds")
				.values({ ...row, reference, account_id, opened_at, kept_until: null, ended_at: null })
				.onConflict((conflict) => conflict.column("reference").doUpdateSet(row).where(isOpen))
				.execute();
		},

		async setAside({ reference }, { type, before, content }) {
			const written = JSON.stringify(content);
			const held = await db
				.selectFrom("held_account_data")
				.select(({ fn }) => fn.sum<number | null>(sql`octet_length(before)`).as("bytes"))
				.where("reference", "=", reference)
				.executeTakeFirst();
			const text = JSON.stringify(before);
			const isRoom = (held?.bytes ?? 0) + Buffer.byteLength(text) <= mostHeldBytes;
			await db
				.insertInto("held_account_data")
				.values({ reference, type, before: isRoom ? text : null, written })
				.onConflict((conflict) => conflict.columns(["reference", "type"]).doUpdateSet({ written }))
				.execute();
		},

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

		async countKept(accountId) {
			const { kept } = await db
				.selectFrom("holds")
				.select(({ fn }) => fn.countAll<number>().as("kept"))
				.where("account_id", "=", accountId)
				.where("state", "=", "kept")
				.executeTakeFirstOrThrow();
			return kept;
		},
	};
}

function outcomes(db: Kysely<Database>, beside: Beside): Pick<Holds, "putBack" | "keep" | "drop"> {
	const close = async (
		hold: OpenHold,
		to: { readonly state: string; readonly until: number | null; readonly now: number },
	) => {
		const closed = await db
			.updateTable("holds")
			.set({ state: to.state, kept_until: to.until, ended_at: to.now })
			.where("reference", "=", hold.reference)
			.where(isOpen)
			.returning("reference")
			.executeTakeFirst();
		return closed !== undefined;
	};
	/** From now on it is gone to everybody. The dehydrated device belongs to an identity that is over. */
	const takeAway = async (
		{ accountId, floor, dehydratedDevice }: OpenHold,
		{ until, now }: { readonly until: number | null; readonly now: number },
	) => {
		if (dehydratedDevice !== undefined) await beside.removeDevice(accountId, dehydratedDevice, now);
		await db
			.updateTable("key_backups")
			.set({ deleted_at: now, kept_until: until, ...(until === null && { auth_data: "{}" }) })
			.where("account_id", "=", accountId)
			.where("version", "<=", floor)
			.where("deleted_at", "is", null)
			.execute();
	};
	return {
		async putBack(hold, now) {
			if (!(await close(hold, { state: "back", until: null, now }))) return "in-part";
			const held = await heldOf(db, hold.reference);
			await db.deleteFrom("held_account_data").where("reference", "=", hold.reference).execute();
			const { accountId } = hold;
			for (const { type, before, written } of held) {
				const stored = await beside.accountData.get(accountId, type);
				if (before === null || JSON.stringify(stored) !== written) return "in-part";
			}
			for (const { type, before } of held) {
				const entry = { accountId, type, content: objectFrom(before ?? "{}") };
				await beside.accountData.put(entry, await beside.stream.next(accountId));
			}
			return "whole";
		},

		async keep(hold, { until, now }) {
			if (!(await close(hold, { state: "kept", until, now }))) return;
			await takeAway(hold, { until, now });
			// The secrets of the old identity open nothing any more.
			await db
				.deleteFrom("held_account_data")
				.where("reference", "=", hold.reference)
				.where("type", ">=", "m.cross_signing.")
				.where("type", "<", "m.cross_signing/")
				.execute();
		},

		async drop(hold, now) {
			if (!(await close(hold, { state: "gone", until: null, now }))) return;
			await takeAway(hold, { until: null, now });
			await db.deleteFrom("held_account_data").where("reference", "=", hold.reference).execute();
			await db
				.deleteFrom("backed_up_keys")
				.where("account_id", "=", hold.accountId)
				.where("version", "in", (backups) =>
					backups
						.selectFrom("key_backups")
						.select("key_backups.version")
						.where("account_id", "=", hold.accountId)
						.where("deleted_at", "is not", null)
						.where("kept_until", "is", null),
				)
				.execute();
		},
	};
}

function reading(db: Kysely<Database>): Pick<Holds, "open"> & Pick<HeldData, "hiddenFrom" | "openAccounts"> {
	const open = db
		.selectFrom("holds")
		.selectAll()
		.where("account_id", "=", anyAccountId)
		.where("state", "in", [sql.lit("held"), sql.lit("asked")])
		.compile();
	const find = async (accountId: AccountId) => {
		const [row] = await runPrepared(db, open, [accountId]);
		return row && fromRow(row);
	};
	return {
		open: find,

		async hiddenFrom({ accountId, deviceId }) {
			const hold = await find(accountId);
			if (hold === undefined || !hold.devices.includes(deviceId)) return { floor: 0 };
			const { floor, dehydratedDevice } = hold;
			return { floor, ...(dehydratedDevice !== undefined && { dehydratedDevice }) };
		},

		async openAccounts() {
			const rows = await db.selectFrom("holds").select("account_id").where(isOpen).execute();
			return rows.map(({ account_id }) => account_id);
		},
	};
}

function dropping(
	db: Kysely<Database>,
): Pick<Holds, "dropKept"> & Pick<HeldData, "dropOver" | "releaseDehydrated" | "forgetEnded"> {
	/** The versions that only a hold keeps lose what is in them, and stay as numbers. */
	const dropVersions = async (accountId: AccountId, before?: number) => {
		const over = db
			.selectFrom("key_backups")
			.select("version")
			.where("account_id", "=", accountId)
			.where("kept_until", "is not", null)
			.$call((q) => (before === undefined ? q : q.where("kept_until", "<", before)));
		await db
			.deleteFrom("backed_up_keys")
			.where("account_id", "=", accountId)
			.where("version", "in", over)
			.execute();
		await db
			.updateTable("key_backups")
			.set({ kept_until: null, auth_data: "{}" })
			.where("account_id", "=", accountId)
			.where("version", "in", over)
			.execute();
	};
	const dropHold = async (reference: string) => {
		await db.deleteFrom("held_account_data").where("reference", "=", reference).execute();
		await db
			.updateTable("holds")
			.set({ state: "gone", kept_until: null })
			.where("reference", "=", reference)
			.execute();
	};
	return {
		async dropKept(accountId) {
			await dropVersions(accountId);
			const kept = await db
				.selectFrom("holds")
				.select("reference")
				.where("account_id", "=", accountId)
				.where("state", "=", "kept")
				.execute();
			for (const { reference } of kept) await dropHold(reference);
		},

		async dropOver(before) {
			const over = await db
				.selectFrom("holds")
				.select(["reference", "account_id"])
				.where("state", "=", "kept")
				.where("kept_until", "<", before)
				.limit(rowsPerBatch)
				.execute();
			for (const { reference, account_id } of over) {
				await dropVersions(account_id, before);
				await dropHold(reference);
			}
			return over.length;
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

/** The default key last: whoever reads it finds what it opens there already. */
async function heldOf(db: Kysely<Database>, reference: string) {
	const rows = await db
		.selectFrom("held_account_data")
		.select(["type", "before", "written"])
		.where("reference", "=", reference)
		.orderBy("type")
		.execute();
	return rows.toSorted((a, b) => Number(a.type === defaultKeyType) - Number(b.type === defaultKeyType));
}

function isOpen(is: ExpressionBuilder<Database, "holds">) {
	return is("holds.state", "in", ["held", "asked"]);
}

function fromRow(row: Selectable<HoldsTable>): OpenHold {
	return {
		reference: row.reference,
		accountId: row.account_id,
		state: row.state === "asked" ? "asked" : "held",
		floor: row.floor,
		devices: JSON.parse(row.devices) as readonly DeviceId[],
		...(row.dehydrated_device !== null && { dehydratedDevice: row.dehydrated_device }),
		openedAt: row.opened_at,
		lastAt: row.last_at,
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
