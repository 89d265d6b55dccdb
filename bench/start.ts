import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { openConnection } from "./connection.ts";
import { median } from "./measure.ts";
import { startCountersign } from "./processes.ts";

const starts = 9;

/** Milliseconds from the start of the process to its first answer. */
export interface StartTimes {
	/** On an empty directory, where the tables are made first. */
	readonly first: number;
	/** On the database of an earlier start, as every restart. */
	readonly again: number;
	/** On an empty directory and without the compiled code of an earlier start, as the very first one. */
	readonly cold: number;
}

export async function startTimes(directory: string): Promise<StartTimes> {
	const empty = () => mkdtemp(join(directory, "start-"));
	const used = await empty();
	await firstAnswer(used, {});
	return {
		first: await repeated(async () => firstAnswer(await empty(), {})),
		again: await repeated(() => firstAnswer(used, {})),
		cold: await repeated(async () => firstAnswer(await empty(), { NODE_DISABLE_COMPILE_CACHE: "1" })),
	};
}

async function repeated(once: () => Promise<number>): Promise<number> {
	const times: number[] = [];
	for (let start = 0; start < starts; start++) times.push(await once());
	return median(times);
}

async function firstAnswer(data: string, env: Readonly<Record<string, string>>): Promise<number> {
	const startedAt = performance.now();
	const server = await startCountersign(data, { env });
	const connection = await openConnection(server.port);
	const answer = await connection.exchange({ method: "GET", path: "/health" });
	const tookMs = performance.now() - startedAt;
	connection.close();
	await server.stop();
	if (answer.status !== 200) throw new Error(`not well: ${answer.body}`);
	return tookMs;
}
