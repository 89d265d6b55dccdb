import { join } from "node:path";
import { type Case, change, introspection, refresh } from "../cases.ts";
import { startBaseline, startCountersign } from "../processes.ts";
import { type Seeded, seedStorage } from "../seed.ts";
import { type Counters, readCounters, startCounting } from "./counters.ts";
import type { Asked } from "./load.ts";
import { familyCpuMicros, familyHeldMib } from "./processor.ts";
import { createSignIns, type SignIns } from "./sign-ins.ts";

/** A server that is measured, and how it is looked into, as far as it is. */
export interface Side {
	readonly name: string;
	readonly asked: Asked;
	readonly cases: readonly Case[];
	/** Processor time used so far by the server and by its database, in microseconds. */
	cpuMicros(): { readonly server: number; readonly database: number };
	readonly counters?: () => Promise<Counters>;
	/** People who sign in by password, as long as they are to. */
	readonly signIns?: SignIns;
	/** Memory held now, in MiB, what processes share counted once. */
	readonly heldMib?: () => number;
	stop(): Promise<void>;
}

type Door = typeof import("../../packages/server/src/storage/index.ts");

/** Countersign as it is in this checkout, with sessions that its own code wrote into an empty database. */
export async function openSide(
	name: string,
	at: {
		readonly checkout: string;
		readonly data: string;
		readonly database: string;
		readonly sessions: number;
		/** How many processes one server is. Default 1. */
		readonly workers?: number;
		/** How many servers there are, side by side. Default 1. */
		readonly servers?: number;
	},
): Promise<Side> {
	const { checkout, data, database, sessions, workers = 1, servers = 1 } = at;
	const door = (await import(join(checkout, "packages/server/src/storage/index.ts"))) as Door;
	const seeded = await seedStorage(await door.openPostgres(database, say), sessions);
	const words = workers === 1 ? [] : ["--workers", `${workers}`];
	const env = { COUNTERSIGN_DATABASE: database };
	const running = await Promise.all(
		Array.from({ length: servers }, () => startCountersign(data, { checkout, words, env })),
	);
	const postmaster = await startCounting(database);
	const family = postmaster === undefined ? [] : [postmaster];
	const [ports, pids] = [running.map(({ port }) => port), running.map(({ pid }) => pid)];
	return {
		...{ name, asked: { ports }, cases: [...casesOf(seeded), change(seeded)] },
		counters: () => readCounters(database),
		cpuMicros: () => ({ server: familyCpuMicros(pids), database: familyCpuMicros(family) }),
		signIns: await createSignIns(ports),
		heldMib: () => familyHeldMib(pids),
		async stop() {
			await Promise.all(running.map((server) => server.stop()));
		},
	};
}

/** The bare server, asked what those cases asked before, and answering as many bytes. */
export async function openBareSide(cases: readonly Case[]): Promise<Side> {
	const server = await startBaseline();
	return {
		...{ name: "bare", asked: { ports: [server.port] }, stop: () => server.stop() },
		cases: cases.map((one) => ({ ...one, countersign: one.baseline })),
		cpuMicros: () => ({ server: server.cpuMicros(), database: Number.NaN }),
	};
}

/** Every session takes its turn in both. */
export function casesOf(seeded: Seeded): readonly Case[] {
	const { devices, clientId } = seeded;
	return [introspection(seeded), refresh({ devices, clientId }, turnsEach(devices.length))];
}

function turnsEach(sessions: number): number {
	return Math.max(1, Math.floor(sessions / 32));
}

function say(error: unknown): void {
	process.stderr.write(`${String(error)}\n`);
}
