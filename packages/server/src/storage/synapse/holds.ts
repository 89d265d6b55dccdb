import type { AccountId, Holds, OpenHold, TakenVersions } from "@countersign/core";
import { type Kysely, sql } from "kysely";
import type { HeldData } from "../../homeserver/embedded/ports.ts";
import type { HeldBeside, HeldWork } from "../../homeserver/synapse/ports.ts";
import type { KeptReads } from "../../kept/ports.ts";
import { rowsPerBatch } from "../batch.ts";
import type { Database } from "../database.ts";
import { objectFrom } from "../embedded/json-text.ts";
import { devicesOf, takenOf } from "../hold-devices.ts";
import {
	closeHold,
	createHoldRows,
	forgetIdentitySecrets,
	heldOf,
	isOpenState,
	keepOpening,
} from "../hold-rows.ts";
import { keptColumns, keptFrom, keptStates } from "../kept-rows.ts";
import { anyAccountId, runPrepared } from "../prepared.ts";

/**
 * What apps took away at Synapse on the way to a reset. Nothing of it was deleted there: what is to be, or to be put
 * back, is a state of its own until Synapse was told.
 */
export function createHoldsBeside(
	db: Kysely<Database>,
	{ changed, keptMs }: { readonly changed: (accountId: AccountId) => void; readonly keptMs: number },
): Holds & HeldData & HeldBeside & KeptReads {
	const rows = createHoldRows(db, keptMs);
	return { ...rows, ...hiding(db), ...outcomes(db, changed), ...telling(db), ...told(db) };
}

function hiding(db: Kysely<Database>): Pick<HeldData, "hiddenFrom"> & Pick<HeldBeside, "goneToAll"> {
	const hidden = db
		.selectFrom("holds")
		.select(["state", "floor", "alone", "devices", "dehydrated_device"])
		.where("account_id", "=", anyAccountId)
		.where("state", "in", [
			...[sql.lit("held" as const), sql.lit("asked" as const)],
			...[sql.lit("kept" as const), sql.lit("dropping" as const)],
		])
		.compile();
	const find = (accountId: AccountId) => runPrepared(db, hidden, [accountId]);
	return {
		async hiddenFrom({ accountId, deviceId }) {
			const from = (await find(accountId)).filter(
				({ state, devices }) =>
					!isOpenState(state) || devicesOf(devices).some((device) => device === deviceId),
			);
			const dehydratedDevice = from.find((row) => row.dehydrated_device !== null)?.dehydrated_device;
			return {
				...together(from.map(takenOf)),
				...(dehydratedDevice != null && { dehydratedDevice }),
			};
		},

		async goneToAll(accountId) {
			const kept = (await find(accountId)).filter(({ state }) => !isOpenState(state));
			return together(kept.map(takenOf));
		},
	};
}

function together(all: readonly TakenVersions[]): TakenVersions {
	const alone = [...new Set(all.flatMap((one) => one.alone ?? []))].toSorted((a, b) => a - b);
	return { floor: Math.max(0, ...all.map(({ floor }) => floor)), ...(alone.length > 0 && { alone }) };
}

function outcomes(
	db: Kysely<Database>,
	changed: (accountId: AccountId) => void,
): Pick<Holds, "putBack" | "keep" | "drop" | "dropKept" | "dropOver"> {
	/** Of what is back nothing is to be told: only what opened it was kept. */
	const kept = () =>
		db
			.updateTable("holds")
			.set((is) => ({
				state: is
					.case()
					.when("state", "=", "aside")
					.then(sql.lit("back" as const))
					.else(sql.lit("dropping" as const))
					.end(),
			}))
			.where("state", "in", keptStates);
	return {
		async putBack(hold, { now }) {
			await closeHold(db, hold, { state: "returning", until: null, now });
			changed(hold.accountId);
			return "begun";
		},

		async keep(hold, { until, now, isReplaced }) {
			if (!(await closeHold(db, hold, { state: "kept", until, now, isReplaced }))) return;
			await forgetIdentitySecrets(db, hold);
			changed(hold.accountId);
		},

		async drop(hold, now) {
			if (!(await closeHold(db, hold, { state: "dropping", until: null, now }))) return;
			await forgetAccountData(db, [hold.reference]);
			changed(hold.accountId);
		},

		async dropKept(accountId) {
			const over = await kept().where("account_id", "=", accountId).returning(keptColumns).execute();
			await forgetAccountData(
				db,
				over.map(({ reference }) => reference),
			);
			if (over.length > 0) changed(accountId);
			return over.map(keptFrom);
		},

		async dropOver(before) {
			const over = await kept()
				.where("reference", "in", (holds) =>
					holds
						.selectFrom("holds")
						.select("holds.reference")
						.where("state", "in", keptStates)
						.where("kept_until", "<", before)
						.limit(rowsPerBatch),
				)
				.returning(keptColumns)
				.execute();
			await forgetAccountData(
				db,
				over.map(({ reference }) => reference),
			);
			for (const { account_id } of over) changed(account_id);
			return over.map(keptFrom);
		},
	};
}

function telling(db: Kysely<Database>): Pick<HeldBeside, "unsettled" | "work" | "accountData" | "opening"> {
	return {
		async unsettled() {
			const rows = await db
				.selectFrom("holds")
				.select("account_id")
				.distinct()
				.where((is) =>
					is.or([
						is("state", "in", ["held", "asked", "returning", "dropping"]),
						is.and([is("state", "=", "kept"), is("dehydrated_device", "is not", null)]),
					]),
				)
				.execute();
			return rows.map(({ account_id }) => account_id);
		},

		async work(accountId) {
			const rows = await db
				.selectFrom("holds")
				.select(["reference", "state", "floor", "alone", "devices", "dehydrated_device", "dropped_to"])
				.where("account_id", "=", accountId)
				.where("state", "in", ["returning", "kept", "dropping"])
				.orderBy("opened_at")
				.execute();
			return rows.flatMap((row): readonly HeldWork[] => {
				const about = { reference: row.reference, accountId, devices: devicesOf(row.devices) };
				const tookNone = row.floor === 0 && row.alone === null;
				if (row.state === "returning") return [{ ...about, todo: "put-back", ...(tookNone && { tookNone }) }];
				const { dehydrated_device: deviceId } = row;
				const removal: readonly HeldWork[] =
					deviceId === null ? [] : [{ ...about, todo: "remove-dehydrated", deviceId }];
				if (row.state !== "dropping") return removal;
				// What another hold still keeps is not this one's to drop.
				const below = rows.filter(({ state, floor }) => state === "kept" && floor < row.floor);
				const from = 1 + Math.max(row.dropped_to, ...below.map(({ floor }) => floor));
				const but = rows.flatMap((other) => (other.state === "kept" ? (takenOf(other).alone ?? []) : []));
				const { floor: to, alone = [] } = takenOf(row);
				return [
					...removal,
					{ ...about, todo: "drop", from, to, alone: alone.filter((one) => !but.includes(one)), but },
				];
			});
		},

		async accountData(reference) {
			const { overwritten } = await heldOf(db, reference);
			return overwritten.map(({ type, before, written }) => ({
				type,
				before: before === null ? undefined : objectFrom(before),
				written: objectFrom(written),
			}));
		},

		async opening(reference) {
			const { opening } = await heldOf(db, reference);
			return opening.map(({ type, before }) => ({ type, before: objectFrom(before) }));
		},
	};
}

function told(
	db: Kysely<Database>,
): Pick<HeldBeside, "finishBack" | "noteDropped" | "noteDehydratedRemoved"> {
	return {
		async finishBack(reference, { now, aside }) {
			const row = await db
				.updateTable("holds")
				.set({ state: "back", ended_at: now })
				.where("reference", "=", reference)
				.where("state", "=", "returning")
				.returning("reference")
				.executeTakeFirst();
			if (row === undefined) return false;
			if (aside === undefined) await forgetAccountData(db, [reference]);
			else await keepOpening(db, { reference, until: aside.until, floor: aside.standing });
			return true;
		},

		async noteDropped(reference, version, now) {
			await db
				.updateTable("holds")
				.set((is) => ({
					dropped_to: version,
					state: is
						.case()
						.when("floor", "<=", version)
						.then(sql.lit("gone" as const))
						.else(sql.lit("dropping" as const))
						.end(),
					ended_at: now,
				}))
				.where("reference", "=", reference)
				.where("state", "=", "dropping")
				.execute();
		},

		async noteDehydratedRemoved(reference) {
			await db
				.updateTable("holds")
				.set({ dehydrated_device: null })
				.where("reference", "=", reference)
				.execute();
		},
	};
}

async function forgetAccountData(db: Kysely<Database>, references: readonly OpenHold["reference"][]) {
	if (references.length === 0) return;
	await db.deleteFrom("held_account_data").where("reference", "in", references).execute();
}
