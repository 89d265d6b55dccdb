import type { AccountId, Holds, OpenHold } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { Kysely } from "kysely";
import type { AccountData, HeldData, Stream } from "../../homeserver/embedded/ports.ts";
import type { KeptReads } from "../../kept/ports.ts";
import { rowsPerBatch } from "../batch.ts";
import type { Database } from "../database.ts";
import { closeHold, createHoldRows, forgetIdentitySecrets, heldOf, keepOpening } from "../hold-rows.ts";
import { keptColumns, keptFrom, keptStates } from "../kept-rows.ts";
import { objectFrom } from "./json-text.ts";
import type { HoldState } from "./tables-client-data.ts";

interface Beside {
	/** How long things are kept, in milliseconds. */
	readonly keptMs: number;
	readonly stream: Stream;
	readonly accountData: Pick<AccountData, "put" | "get">;
	readonly removeDevice: (accountId: AccountId, deviceId: DeviceId, now: number) => Promise<void>;
}

/** What apps took away on the way to a reset, where it is our own data that they took. */
export function createHolds(db: Kysely<Database>, beside: Beside): Holds & HeldData & KeptReads {
	const rows = createHoldRows(db, beside.keptMs);
	return { ...rows, ...outcomes(db, beside), ...hiding(rows), ...dropping(db) };
}

function outcomes(db: Kysely<Database>, beside: Beside): Pick<Holds, "putBack" | "keep" | "drop"> {
	/** From now on it is gone to everybody. The dehydrated device belongs to an identity that is over. */
	const takeAway = async (
		{ accountId, floor, alone = [], dehydratedDevice }: OpenHold,
		{ until, now }: { readonly until: number | null; readonly now: number },
	) => {
		if (dehydratedDevice !== undefined) await beside.removeDevice(accountId, dehydratedDevice, now);
		await db
			.updateTable("key_backups")
			.set({ deleted_at: now, kept_until: until, ...(until === null && { auth_data: "{}" }) })
			.where("account_id", "=", accountId)
			.where((is) => is.or([is("version", "<=", floor), ...alone.map((one) => is("version", "=", one))]))
			.where("deleted_at", "is", null)
			.execute();
	};
	const newest = async (accountId: AccountId) => {
		const { version } = await db
			.selectFrom("key_backups")
			.select(({ fn }) => fn.max<number | null>("version").as("version"))
			.where("account_id", "=", accountId)
			.where("deleted_at", "is", null)
			.executeTakeFirstOrThrow();
		return version ?? 0;
	};
	return {
		async putBack(hold, { now, asideUntil: until }) {
			if (!(await closeHold(db, hold, { state: "back", until: null, now }))) return "in-part";
			const { accountId, reference, floor, alone } = hold;
			const { overwritten, opening } = await heldOf(db, reference);
			const differs = async ({ type }: { readonly type: string }, text: string) =>
				JSON.stringify(await beside.accountData.get(accountId, type)) !== text;
			const isWhole = !(await some(
				overwritten,
				async (row) => row.before === null || (await differs(row, row.written)),
			));
			for (const { type, before } of isWhole ? overwritten : []) {
				const entry = { accountId, type, content: objectFrom(before ?? "{}") };
				await beside.accountData.put(entry, await beside.stream.next(accountId));
			}
			const tookNone = floor === 0 && alone === undefined;
			const isLost = !(isWhole && tookNone) && (await some(opening, (row) => differs(row, row.before)));
			const standing = isLost && tookNone ? await newest(accountId) : undefined;
			if (isLost && until !== undefined && standing !== 0)
				await keepOpening(db, { reference, until, floor: standing });
			else await db.deleteFrom("held_account_data").where("reference", "=", reference).execute();
			return isWhole && !isLost ? "whole" : "in-part";
		},

		async keep(hold, { until, now, isReplaced }) {
			if (!(await closeHold(db, hold, { state: "kept", until, now, isReplaced }))) return;
			await takeAway(hold, { until, now });
			await forgetIdentitySecrets(db, hold);
		},

		async drop(hold, now) {
			if (!(await closeHold(db, hold, { state: "gone", until: null, now }))) return;
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

/** One after the other: they are in a transaction. */
async function some<T>(all: readonly T[], is: (one: T) => Promise<boolean>): Promise<boolean> {
	for (const one of all) if (await is(one)) return true;
	return false;
}

function hiding({ open }: Pick<Holds, "open">): Pick<HeldData, "hiddenFrom"> {
	return {
		async hiddenFrom({ accountId, deviceId }) {
			const hold = await open(accountId);
			if (hold === undefined || !hold.devices.some((device) => device === deviceId)) return { floor: 0 };
			const { floor, alone, dehydratedDevice } = hold;
			return {
				floor,
				...(alone !== undefined && { alone }),
				...(dehydratedDevice !== undefined && { dehydratedDevice }),
			};
		},
	};
}

function dropping(db: Kysely<Database>): Pick<Holds, "dropKept" | "dropOver"> {
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
	const dropHold = async ({ reference, state }: { reference: string; state: HoldState }, now: number) => {
		await db.deleteFrom("held_account_data").where("reference", "=", reference).execute();
		await db
			.updateTable("holds")
			.set({ state: state === "aside" ? "back" : "gone", kept_until: null, ended_at: now })
			.where("reference", "=", reference)
			.execute();
	};
	return {
		async dropKept(accountId, now) {
			await dropVersions(accountId);
			const kept = await db
				.selectFrom("holds")
				.select(keptColumns)
				.where("account_id", "=", accountId)
				.where("state", "in", keptStates)
				.execute();
			for (const row of kept) await dropHold(row, now);
			return kept.map(keptFrom);
		},

		async dropOver(before, now) {
			const over = await db
				.selectFrom("holds")
				.select(keptColumns)
				.where("state", "in", keptStates)
				.where("kept_until", "<", before)
				.limit(rowsPerBatch)
				.execute();
			for (const row of over) {
				await dropVersions(row.account_id, before);
				await dropHold(row, now);
			}
			return over.map(keptFrom);
		},
	};
}
