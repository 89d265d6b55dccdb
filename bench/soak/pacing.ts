import { setTimeout as pause } from "node:timers/promises";
import { type Connection, openConnection } from "../connection.ts";
import type { Operation } from "../measure.ts";
import type { Tally } from "./tally.ts";

/** So many wait for their answers at once; whoever is due then waits for one of these, and that counts. */
const connections = 64;
/** Requests are due evenly; looked for what is due is this often. */
const lookMs = 2;

interface Pacing {
	readonly port: number;
	/** Due in each second, whatever became of those before. */
	readonly rate: number;
	readonly tally: Tally;
	next(): Operation;
}

export async function startPacing({ port, rate, tally, next }: Pacing) {
	const free: Connection[] = await Promise.all(
		Array.from({ length: connections }, () => openConnection(port)),
	);
	const due: number[] = [];
	const running = new Set<Promise<void>>();
	let isOver = false;

	async function one(connection: Connection, dueAt: number): Promise<void> {
		let kept = connection;
		try {
			await next()(connection);
			tally.answered(performance.now() - dueAt);
		} catch (error) {
			tally.failed(error);
			// What was still to come on it would be taken for the next one's answer.
			connection.close();
			kept = await openConnection(port);
		}
		const waiting = due.shift();
		if (waiting === undefined || isOver) free.push(kept);
		else await one(kept, waiting);
	}

	function start(connection: Connection, dueAt: number): void {
		const started = one(connection, dueAt)
			.catch(tally.failed)
			.finally(() => running.delete(started));
		running.add(started);
	}

	async function run(): Promise<void> {
		const startedAt = performance.now();
		for (let at = 0; !isOver; ) {
			for (; startedAt + (at * 1_000) / rate <= performance.now(); at++) {
				const dueAt = startedAt + (at * 1_000) / rate;
				const connection = free.pop();
				if (connection === undefined) due.push(dueAt);
				else start(connection, dueAt);
			}
			await pause(lookMs);
		}
	}

	const ran = run();
	return {
		async stop(): Promise<void> {
			isOver = true;
			await ran;
			await Promise.all(running);
			for (const connection of free) connection.close();
		},
	};
}
