import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { openConnection } from "./connection.ts";
import { median } from "./measure.ts";
import { startCountersign } from "./processes.ts";

const starts = 5;

/**
 * From the start of the process on an empty directory to its first answer, in milliseconds: with the compiled code of
 * an earlier start at hand, and without, as at the very first one.
 */
export async function startTimes(
	directory: string,
): Promise<{ readonly warm: number; readonly cold: number }> {
	const warm = () => firstAnswer(directory, {});
	const cold = () => firstAnswer(directory, { NODE_DISABLE_COMPILE_CACHE: "1" });
	await warm();
	return { warm: await repeated(warm), cold: await repeated(cold) };
}

async function repeated(once: () => Promise<number>): Promise<number> {
	const times: number[] = [];
	for (let start = 0; start < starts; start++) times.push(await once());
	return median(times);
}

async function firstAnswer(directory: string, env: Readonly<Record<string, string>>): Promise<number> {
	const data = await mkdtemp(join(directory, "start-"));
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
