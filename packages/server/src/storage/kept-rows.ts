import { type Holds, type KeptHold, versionsTaken } from "@countersign/core";
import type { Kysely, Selectable } from "kysely";
import type { KeptReads } from "../kept/ports.ts";
import type { Database } from "./database.ts";
import { objectFrom } from "./embedded/json-text.ts";
import type { HoldsTable } from "./embedded/tables-client-data.ts";
import { devicesOf, takenOf } from "./hold-devices.ts";

/** Of what is kept for its person: also what opens a backup that stands. */
export const keptStates = ["kept", "aside"] as const;

/** What is kept of a reset, and who may read it, the same for both homeservers. */
export function keptRows(db: Kysely<Database>): Pick<Holds, "kept" | "letRead" | "hasOver"> & KeptReads {
	const readable = ({ accountId, sessionId }: Parameters<KeptReads["readable"]>[0], now: number) =>
		db
			.selectFrom("holds")
			.where("account_id", "=", accountId)
			.where("state", "in", keptStates)
			.where("reader", "=", sessionId)
			.where("readable_until", ">", now);
	return {
		async kept(accountId) {
			const rows = await db
				.selectFrom("holds")
				.select(keptColumns)
				.where("account_id", "=", accountId)
				.where("state", "in", keptStates)
				.orderBy("opened_at")
				.execute();
			return rows.map(keptFrom);
		},

		async hasOver(before) {
			const row = await db
				.selectFrom("holds")
				.select("reference")
				.where("state", "in", keptStates)
				.where("kept_until", "<", before)
				.executeTakeFirst();
			return row !== undefined;
		},

		async letRead(accountId, { sessionId, until }) {
			await db
				.updateTable("holds")
				.set({ reader: sessionId, readable_until: until })
				.where("account_id", "=", accountId)
				.where("state", "in", keptStates)
				.execute();
		},

		async isReadable(by, version, now) {
			const rows = await readable(by, now).select(["floor", "alone"]).execute();
			return rows.some((row) => versionsTaken(takenOf(row)).includes(version));
		},

		async readable(by, now) {
			const rows = await readable(by, now)
				.leftJoin("held_account_data", "held_account_data.reference", "holds.reference")
				.select(["holds.reference", "floor", "alone", "kept_until", "type", "before"])
				.orderBy("opened_at")
				.execute();
			return [...Map.groupBy(rows, ({ reference }) => reference).values()].flatMap((of) =>
				of.slice(0, 1).flatMap((row) => {
					const secrets = Object.fromEntries(
						of.flatMap(({ type, before }) =>
							type === null || before === null || !opensBackup(type) ? [] : [[type, objectFrom(before)]],
						),
					);
					const until = row.kept_until ?? 0;
					return versionsTaken(takenOf(row))
						.toReversed()
						.map((version) => ({ version, until, secrets }));
				}),
			);
		},
	};
}

/** The key of the backup as secret storage keeps it, and what describes the keys that open that. */
function opensBackup(type: string): boolean {
	return type === "m.megolm_backup.v1" || type.startsWith("m.secret_storage.key.");
}

export const keptColumns = [
	...["reference", "account_id", "state", "floor", "alone", "devices", "ended_at", "kept_until"],
	"replaced",
	...["reader", "readable_until"],
] as const;

export function keptFrom(row: Pick<Selectable<HoldsTable>, (typeof keptColumns)[number]>): KeptHold {
	return {
		reference: row.reference,
		accountId: row.account_id,
		...takenOf(row),
		devices: devicesOf(row.devices),
		// With the last of it dropped it is one of those that are back.
		isBack: row.state === "aside" || row.state === "back",
		...(row.replaced === 1 && { isReplaced: true }),
		endedAt: row.ended_at ?? 0,
		until: row.kept_until ?? 0,
		...(row.reader !== null &&
			row.readable_until !== null && { reading: { sessionId: row.reader, until: row.readable_until } }),
	};
}
