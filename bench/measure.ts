import type { Connection } from "./connection.ts";
import { openConnection } from "./connection.ts";
import type { ServerProcess } from "./processes.ts";

/** One operation of a case, over one connection; what it needs from the one before it keeps itself. */
export type Operation = (connection: Connection) => Promise<void>;

export interface Round {
	readonly perSecond: number;
	/** Processor time of the server for one operation, in microseconds. */
	readonly cpuMicros: number;
	/** How much of the time one core of the server was busy, 0 to 1; more where it uses several. */
	readonly busy: number;
	readonly p50Ms: number;
	readonly p99Ms: number;
}

/** How long a round lasts: a time, or so many operations on each connection where they are used up. */
export type Extent = { readonly seconds: number } | { readonly each: number };

/** Runs every operation over and over on a connection of its own, all at once. */
export async function measure(
	server: ServerProcess,
	operations: readonly Operation[],
	extent: Extent,
): Promise<Round> {
	const connections = await Promise.all(operations.map(() => openConnection(server.port)));
	const latencies: number[] = [];
	const cpuBefore = server.cpuMicros();
	const startedAt = performance.now();
	const isOver = (done: number) =>
		"each" in extent ? done >= extent.each : performance.now() - startedAt >= extent.seconds * 1_000;
	const run = async (operation: Operation, connection: Connection) => {
		for (let done = 0; !isOver(done); done++) {
			const before = performance.now();
			await operation(connection);
			latencies.push(performance.now() - before);
		}
	};
	await Promise.all(connections.map((connection, at) => run(operations[at] ?? nothing, connection)));
	const tookMs = performance.now() - startedAt;
	const cpu = server.cpuMicros() - cpuBefore;
	for (const connection of connections) connection.close();
	latencies.sort((a, b) => a - b);
	return {
		perSecond: (latencies.length / tookMs) * 1_000,
		cpuMicros: cpu / latencies.length,
		busy: cpu / 1_000 / tookMs,
		p50Ms: latencies[Math.floor(latencies.length * 0.5)] ?? Number.NaN,
		p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
	};
}

async function nothing(): Promise<void> {}

/** The middle one of several. */
export function median(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
