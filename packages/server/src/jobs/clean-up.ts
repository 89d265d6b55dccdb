import { performance } from "node:perf_hooks";
import type { Transactions } from "@countersign/core";
import { createGivingWay } from "./giving-way.ts";
import type { CleanUp, Ending } from "./ports.ts";

/**
 * Deletes what has been dead for long enough: a batch of one kind in each transaction, and a pause between two,
 * so that requests get their turn however much there is. The pause is longer where they use it.
 * @param stopping where it is aborted, the rest stays for the next time
 * @returns how many rows went, by kind; kinds without any are left out
 */
export async function cleanUp<Unit>(
	{ storage, retention, utilization }: CleanUp<Unit>,
	now: number,
	stopping: AbortSignal = never,
): Promise<Readonly<Record<string, number>>> {
	const deleted: Record<string, number> = {};
	const giveWay = createGivingWay(utilization);
	for (const ending of retention.flatMap(({ ends }) => ends)) {
		const count = await deleteEnded(storage, ending, { now, stopping, giveWay });
		if (count > 0) deleted[ending.what] = count;
	}
	return deleted;
}

const never = new AbortController().signal;

/** From the oldest rows on, slice by slice; a slice until nothing more of it goes. */
async function deleteEnded<Unit>(
	storage: Transactions<Unit>,
	ending: Ending<Unit>,
	{
		now,
		stopping,
		giveWay,
	}: {
		readonly now: number;
		readonly stopping: AbortSignal;
		readonly giveWay: ReturnType<typeof createGivingWay>;
	},
): Promise<number> {
	const before = now - ending.keptMs;
	let since = 0;
	let deleted = 0;
	while (since < before && !stopping.aborted) {
		const { count, end, tookMs } = await storage.write(async (unit) => {
			const begunAt = performance.now();
			const end = (await ending.slice?.(unit, { since, before })) ?? before;
			const count = await ending.delete(unit, { since, before: end, now });
			// Without the wait for others' commits, which is long just where they have most to do.
			return { end, count, tookMs: performance.now() - begunAt };
		});
		deleted += count;
		if (count === 0) since = end;
		if (since < before) await giveWay(tookMs, stopping);
	}
	return deleted;
}
