import { asAccountId } from "@countersign/core";
import { createPrograms } from "../../packages/server/src/operating/index.ts";
import {
	openPostgres,
	openSqlite,
	type Storage,
	type Unit,
} from "../../packages/server/src/storage/index.ts";
import { addRowsLike } from "../../packages/server/test/support/many-rows.ts";
import type { Place } from "../../packages/server/test/support/storage.ts";
import { random, type Seeded, seedStorage } from "../seed.ts";

export interface SeededPeople extends Seeded {
	/** A program that may use the admin API. */
	readonly program: { readonly id: string; readonly secret: string };
	readonly count: number;
	/** Somebody in the middle. */
	readonly person: string;
}

/** Those whose tokens homeservers ask about. */
const inUse = 1_000;
const day = 86_400_000;
const ulidOf = (kind: string, at: number) => `01${kind}${String(at).padStart(23, "0")}`;

/** An account with an address, a browser and an app for each; one in a hundred administers, is locked, or is closed. */
export async function seedPeople(place: Place, count: number): Promise<SeededPeople> {
	const seeded = await seedStorage(await open(place), inUse);
	const storage = await open(place);
	const program = await createPrograms<Unit>({
		...{ storage, clock: Date.now, random, publicBase: "http://localhost/" },
		...{ serverName: "localhost", endIssued: async () => [] },
	}).create("bench", { kind: "operator", name: "bench" });
	const accountId = asAccountId("account-seeded0");
	const at = Date.now();
	const address = "seeded@example.org";
	await storage.write(async ({ addresses, browserSessions }) => {
		await addresses.confirm({ accountId, address, key: address, at });
		await browserSessions.add({
			...{ idHash: "seeded", accountId, generation: 0, createdAt: at },
			...{ provedHow: "password", provedAt: at, expiresAt: at + 30 * day },
		});
	});
	await storage.close();
	await addRowsLike(place, rowsOf(count));
	return { ...seeded, program, count, person: ulidOf("A", Math.floor(count / 2)) };
}

function open({ dataDirectory, database }: Place): Promise<Storage> {
	return database === undefined ? openSqlite(dataDirectory) : openPostgres(database, () => {});
}

function rowsOf(count: number): Parameters<typeof addRowsLike>[1] {
	const all = Array.from({ length: count }, (_, at) => at);
	const id = (at: number) => ulidOf("A", at);
	const everyHundredth = (at: number) => at % 100 === 0;
	return [
		{
			table: "accounts",
			rows: all.map((at) => ({
				...{ id: id(at), localpart: `person.${at}`, admin: Number(everyHundredth(at + 1)) },
				locked_at: everyHundredth(at + 2) ? 5 : null,
				deactivated_at: everyHundredth(at + 3) ? 5 : null,
			})),
		},
		{
			table: "account_emails",
			rows: all.map((at) => ({
				...{ account_id: id(at), told_id: ulidOf("E", at) },
				...{ address: `mail.${at}@example.org`, address_key: `mail.${at}@example.org` },
			})),
		},
		{
			table: "browser_sessions",
			rows: all.map((at) => ({ id_hash: `browser-${at}`, account_id: id(at), told_id: ulidOf("B", at) })),
		},
		{
			table: "sessions",
			rows: all.map((at) => ({
				...{ id: `session-${at}`, account_id: id(at), device_id: `DEVICE${at}`, told_id: ulidOf("S", at) },
			})),
		},
	];
}
