import type { Case } from "../cases.ts";
import type { Counters } from "./counters.ts";
import { closedLoop, openLoop, type Taken } from "./load.ts";
import type { Side } from "./side.ts";

/** How a case is asked: by so many connections without pause, or so often a second. */
export interface Load {
	readonly name: string;
	readonly connections: number;
	readonly perSecond?: number;
	readonly seconds: number;
	/** Whether people sign in meanwhile. */
	readonly besideSignIns?: boolean;
}

export interface Measured {
	readonly perSecond: number;
	readonly p50Ms: number;
	readonly p99Ms: number;
	readonly p999Ms: number;
	/** For one operation, in microseconds. */
	readonly serverMicros: number;
	readonly databaseMicros: number;
	/** For one operation. */
	readonly counted?: Counters;
	/** How many signed in meanwhile, in a second. */
	readonly signInsPerSecond?: number;
}

export async function measureSide(side: Side, of: Case, load: Load): Promise<Measured> {
	const { counters } = side;
	const before = { cpu: side.cpuMicros(), counted: await counters?.() };
	const operations = of.countersign().slice(0, load.connections);
	const { perSecond, seconds } = load;
	const enough = new AbortController();
	const signIns = load.besideSignIns ? side.signIns?.(enough.signal) : undefined;
	const taken = await (perSecond === undefined
		? closedLoop(side.asked, operations, seconds)
		: openLoop(side.asked, operations, { perSecond, seconds }));
	enough.abort();
	const signedIn = await signIns;
	const cpu = side.cpuMicros();
	const { length } = taken.latencies;
	const counted = await counters?.();
	return {
		...timesOf(taken),
		...(signedIn !== undefined && { signInsPerSecond: signedIn / (taken.tookMs / 1_000) }),
		serverMicros: (cpu.server - before.cpu.server) / length,
		databaseMicros: (cpu.database - before.cpu.database) / length,
		...(counted && before.counted && { counted: eachOf(counted, before.counted, length) }),
	};
}

function timesOf({ latencies, tookMs }: Taken) {
	const at = (part: number) => latencies[Math.floor(latencies.length * part)] ?? Number.NaN;
	const perSecond = (latencies.length / tookMs) * 1_000;
	return { perSecond, p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999) };
}

function eachOf(after: Counters, before: Counters, count: number): Counters {
	const each = (what: keyof Counters) => (after[what] - before[what]) / count;
	return {
		statements: each("statements"),
		commits: each("commits"),
		rollbacks: each("rollbacks"),
		syncs: each("syncs"),
		walBytes: each("walBytes"),
	};
}
