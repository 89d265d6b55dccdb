import type { Metrics } from "./create.ts";
import type { CountedStorage, CountedUnit } from "./ports.ts";

/** The same storage, whose writes are timed and whose lines of the security log are counted once they are on disk. */
export function observeStorage<Unit extends CountedUnit, Whole extends CountedStorage<Unit>>(
	storage: Whole & CountedStorage<Unit>,
	metrics: Metrics,
): Whole {
	return {
		...storage,
		async write<T>(work: (unit: Unit) => Promise<T>): Promise<T> {
			const done = metrics.writing();
			let kinds: string[] = [];
			try {
				const result = await storage.write((unit) => {
					// A unit that lost against another one is run again.
					kinds = [];
					return work(noting(unit, kinds));
				});
				for (const kind of kinds) metrics.happened(kind);
				return result;
			} finally {
				done();
			}
		},
	};
}

function noting<Unit extends CountedUnit>(unit: Unit, kinds: string[]): Unit {
	const { events } = unit;
	const record: CountedUnit["events"]["record"] = async (event) => {
		await events.record(event);
		kinds.push(event.kind);
	};
	return { ...unit, events: { ...events, record } };
}
