import { setTimeout as pause } from "node:timers/promises";
import { openConnection } from "../connection.ts";
import { type Extent, measure, median, type Operation, type Round } from "../measure.ts";
import type { ServerProcess } from "../processes.ts";
import { aligned } from "../table.ts";
import type { Side } from "./sides.ts";
import type { Sizes } from "./sizes.ts";

/** A side whose server runs. */
export interface Running extends Side {
	readonly server: ServerProcess;
	/** Processor time of its database, where that is a process of its own; the other side does nothing meanwhile. */
	databaseMicros?(): number;
}

interface LargeRound extends Round {
	/** Handed to the system for one operation: pages of the database and its log, the answer, lines of the log. */
	readonly writtenKib: number;
	/** NaN where the database is the server's own. */
	readonly databaseMicros: number;
}

/** The sides take turns, so that what else the machine does meets both. The first round only warms up. */
export async function measureInTurn(
	what: "introspection" | "refresh",
	sides: readonly Running[],
	{ rounds, seconds }: Sizes,
): Promise<string> {
	const measured = sides.map((side) => ({ side, rounds: [] as LargeRound[] }));
	for (let round = 0; round <= rounds; round++) {
		for (const one of measured) one.rounds.push(await measureRound(one.side, what, { seconds }));
	}
	const counted = measured.map(({ side, rounds }) => ({ name: side.name, rounds: rounds.slice(1) }));
	const cells = counted.map(({ name, rounds }) => [name, ...figures(rounds)]);
	return `${aligned([[what, ...columns], ...cells])}\n${bound(counted.map(({ rounds }) => rounds))}`;
}

async function measureRound(
	side: Running,
	what: "introspection" | "refresh",
	extent: Extent,
): Promise<LargeRound> {
	const { server } = side;
	const before = server.writtenKib();
	const databaseBefore = side.databaseMicros?.() ?? Number.NaN;
	const startedAt = performance.now();
	const round = await measure(server, side[what].countersign(), extent);
	const operations = (round.perSecond * (performance.now() - startedAt)) / 1_000;
	const database = (side.databaseMicros?.() ?? Number.NaN) - databaseBefore;
	return {
		...round,
		writtenKib: (server.writtenKib() - before) / operations,
		databaseMicros: database / operations,
	};
}

const columns = ["per second", "slowest-fastest", "p50 ms", "p99 ms", "CPU us", "of the database", "KiB"];

/** What holds each side back, as far as its processor time tells: it does not count while a commit waits for the disk. */
function bound(sides: readonly (readonly LargeRound[])[]): string {
	const busy = sides.map((rounds) => median(rounds.map((round) => round.busy)));
	const shares = busy.map((share) => `${(share * 100).toFixed(0)} %`).join(" and ");
	const isBound = busy.every((share) => share > 0.85);
	return `processor ${shares} busy: ${isBound ? "it is the bound" : "the rest waits for the disk, the generator and the other programs"}`;
}

function figures(rounds: readonly LargeRound[]): readonly string[] {
	const all = (what: keyof LargeRound) => rounds.map((round) => round[what]);
	const rates = all("perSecond");
	return [
		median(rates).toFixed(0),
		`${Math.min(...rates).toFixed(0)}-${Math.max(...rates).toFixed(0)}`,
		median(all("p50Ms")).toFixed(1),
		median(all("p99Ms")).toFixed(1),
		median(all("cpuMicros")).toFixed(1),
		median(all("databaseMicros")).toFixed(1),
		median(all("writtenKib")).toFixed(1),
	];
}

/** Between two single writes. */
const pauseMs = 3;

/** What somebody waits who writes alone, one refresh every few milliseconds. */
export async function measureWaits(
	sides: readonly Running[],
	{ rounds, waitSeconds }: Sizes,
): Promise<string> {
	const measured = sides.map((side) => ({ side, waits: [] as number[] }));
	for (let round = 0; round < rounds; round++) {
		for (const { side, waits } of measured) waits.push(...(await waitsOf(side, waitSeconds)));
	}
	const cells = measured.map(({ side, waits }) => {
		const sorted = waits.toSorted((a, b) => a - b);
		const at = (part: number) => (sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN).toFixed(1);
		return [side.name, `${sorted.length}`, at(0.5), at(0.99), at(1)];
	});
	return aligned([["one refresh at a time", "times", "p50 ms", "p99 ms", "longest ms"], ...cells]);
}

async function waitsOf({ server, singleRefresh }: Running, seconds: number): Promise<readonly number[]> {
	const connection = await openConnection(server.port);
	const [operation]: readonly (Operation | undefined)[] = singleRefresh.countersign();
	const waits: number[] = [];
	const end = performance.now() + seconds * 1_000;
	for (let before = performance.now(); before < end; before = performance.now()) {
		await operation?.(connection);
		waits.push(performance.now() - before);
		await pause(pauseMs);
	}
	connection.close();
	return waits;
}
