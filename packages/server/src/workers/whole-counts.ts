import { type Counts, lastingCounts, type MetricsText, sumOfCounts, textOfCounts } from "../metrics/index.ts";

/** Asks one worker; undefined where it has nothing to say now. */
type Ask = () => Promise<Counts | undefined>;

/**
 * What all workers have counted, one sum. A worker that ends takes nothing away: what was read of it stays, so that no
 * counter ever goes down, which a monitor would take for a new beginning. What it counted since that reading is lost.
 */
export function createWholeCounts() {
	const last = new Map<number, Counts>();
	const ended = new Set<number>();
	let gone: Counts = [];
	return {
		/** Told of a worker that ended. */
		left(id: number): void {
			// What it answered may be on its way yet, and was told to nobody.
			ended.add(id);
			gone = sumOfCounts([gone, lastingCounts(last.get(id) ?? [])]);
			last.delete(id);
		},
		/**
		 * @param ask by the id of each, which none has again
		 * @param own of the process that asks
		 */
		async read(ask: ReadonlyMap<number, Ask>, own: Counts): Promise<MetricsText> {
			await Promise.all(
				[...ask].map(async ([id, its]) => {
					const counts = await its();
					if (counts !== undefined && !ended.has(id)) last.set(id, counts);
				}),
			);
			return textOfCounts([own, ...last.values(), gone]);
		},
	};
}
