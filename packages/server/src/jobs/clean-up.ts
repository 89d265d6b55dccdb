import timers from "node:timers/promises";
import type { Transactions } from "@countersign/core";
import type { CleanUp, Ending } from "./ports.ts";

/** Several times what a batch takes on a usual disk: requests are to have most of the server also then. */
const pauseMs = 50;

/**
 * Deletes what has been dead for long enough: a batch of one kind in each transaction, and a pause between two,
 * so that requests get their turn however much there is.
 * @param stopping where it is aborted, the rest stays for the next time
 * @returns how many rows went, by kind; kinds without any are left out
 */
export async function cleanUp<Unit>(
	{ storage, retention }: CleanUp<Unit>,
	now: number,
	stopping: AbortSignal = never,
): Promise<Readonly<Record<string, number>>> {
	const deleted: Record<string, number> = {};
	for (const ending of retention.flatMap(({ ends }) => ends)) {
		const count = await deleteEnded(storage, ending, { now, stopping });
		if (count > 0) deleted[ending.what] = count;
	}
	return deleted;
}

const never = new AbortController().signal;

/** From the oldest rows on, slice by slice; a slice until nothing more of it goes. */
async function deleteEnded<Unit>(
	storage: Transactions<Unit>,
	ending: Ending<Unit>,
	{ now, stopping }: { readonly now: number; readonly stopping: AbortSignal },
): Promise<number> {
	const before = now - ending.keptMs;
	let since = 0;
	let deleted = 0;
	while (since < before && !stopping.aborted) {
		const { count, end } = await storage.write(async (unit) => {
			const end = (await ending.slice?.(unit, { since, before })) ?? before;
			return { end, count: await ending.delete(unit, { since, before: end, now }) };
		});
		deleted += count;
		if (count === 0) since = end;
		if (since < before) await timers.setTimeout(pauseMs);
	}
	return deleted;
}
