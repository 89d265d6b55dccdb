import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, openConnection } from "../connection.ts";
import type { Operation } from "../measure.ts";

/** Who is asked, wherever that runs: several as a proxy would, one connection to each in turn. */
export interface Asked {
	readonly ports: readonly number[];
	readonly host?: string;
}

/** How long each took, from when it came to its answer, in milliseconds, shortest first; and all of them. */
export interface Taken {
	readonly latencies: readonly number[];
	readonly tookMs: number;
}

/** Each connection asks again as soon as it is answered. */
export async function closedLoop(
	asked: Asked,
	operations: readonly Operation[],
	seconds: number,
): Promise<Taken> {
	return onConnections(asked, operations, async (workers, startedAt) => {
		const latencies: number[] = [];
		const run = async ({ operation, connection }: Worker) => {
			while (performance.now() - startedAt < seconds * 1_000) {
				const before = performance.now();
				await operation(connection);
				latencies.push(performance.now() - before);
			}
		};
		await Promise.all(workers.map(run));
		return latencies;
	});
}

/**
 * So many come in each second, whatever became of those before. One for which no connection is free waits, and that
 * counts: it is what somebody waits who comes while the server is slow. Between them this sleeps, for a generator that
 * never rests keeps a core from the server and its database, and takes that for their slowness. So they come when it
 * wakes, which is each millisecond or two.
 */
export async function openLoop(
	asked: Asked,
	operations: readonly Operation[],
	{ seconds, perSecond }: { readonly seconds: number; readonly perSecond: number },
): Promise<Taken> {
	return onConnections(asked, operations, async (workers, startedAt) => {
		const latencies: number[] = [];
		const free = [...workers];
		const due: number[] = [];
		const running = new Set<Promise<void>>();
		const start = (worker: Worker, dueAt: number) => {
			const one = worker.operation(worker.connection).then(() => {
				latencies.push(performance.now() - dueAt);
				running.delete(one);
				const next = due.shift();
				if (next === undefined) free.push(worker);
				else start(worker, next);
			});
			running.add(one);
		};
		const count = seconds * perSecond;
		for (let at = 0; at < count; await sleep(1)) {
			const now = performance.now();
			for (; at < count && startedAt + (at * 1_000) / perSecond <= now; at++) {
				const worker = free.pop();
				if (worker === undefined) due.push(now);
				else start(worker, now);
			}
		}
		while (running.size > 0) await Promise.all(running);
		return latencies;
	});
}

interface Worker {
	readonly operation: Operation;
	readonly connection: Connection;
}

async function onConnections(
	{ ports, host }: Asked,
	operations: readonly Operation[],
	load: (workers: readonly Worker[], startedAt: number) => Promise<number[]>,
): Promise<Taken> {
	const workers = await Promise.all(
		operations.map(async (operation, at) => {
			const port = ports[at % ports.length];
			if (port === undefined) throw new Error("there is nobody to ask");
			return { operation, connection: await openConnection(port, host) };
		}),
	);
	const startedAt = performance.now();
	const latencies = await load(workers, startedAt);
	const tookMs = performance.now() - startedAt;
	for (const { connection } of workers) connection.close();
	return { latencies: latencies.sort((a, b) => a - b), tookMs };
}
