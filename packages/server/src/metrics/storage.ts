import type { Metrics } from "./create.ts";
import type { CountedStorage, CountedUnit } from "./ports.ts";

/** The same storage, whose writes are timed and whose lines of the security log are counted once they are on disk. */
export function observeStorage<Unit extends CountedUnit, Whole extends CountedStorage<Unit>>(
	storage: Whole & CountedStorage<Unit>,
	metrics: Metrics,
): Whole {
	const { rotations, useNotes, begunRequests } = storage;
	return {
		...storage,
		write: <T>(work: (unit: Unit) => Promise<T>) =>
			timed(metrics, async () => {
				let kinds: string[] = [];
				const result = await storage.write((unit) => {
					// A unit that lost against another one is run again.
					kinds = [];
					return work(noting(unit, kinds));
				});
				for (const kind of kinds) metrics.happened(kind);
				return result;
			}),
		rotations: rotations && { rotate: (rotation: never) => timed(metrics, () => rotations.rotate(rotation)) },
		useNotes: useNotes && { write: (notes: never) => timed(metrics, () => useNotes.write(notes)) },
		begunRequests: begunRequests && {
			add: (record: never) => timed(metrics, () => begunRequests.add(record)),
		},
	};
}

async function timed<T>(metrics: Metrics, write: () => Promise<T>): Promise<T> {
	const done = metrics.writing();
	try {
		return await write();
	} finally {
		done();
	}
}

function noting<Unit extends CountedUnit>(unit: Unit, kinds: string[]): Unit {
	const { events } = unit;
	const record: CountedUnit["events"]["record"] = async (event) => {
		await events.record(event);
		kinds.push(event.kind);
	};
	return { ...unit, events: { ...events, record } };
}
