import type { Worker } from "node:cluster";
import type { Log } from "../log/index.ts";
import { type Counts, createCrewMetrics } from "../metrics/index.ts";
import type { FromWorker } from "./messages.ts";
import { tell } from "./place.ts";
import { createWholeCounts } from "./whole-counts.ts";

/** Asks all workers what they have counted, whenever one of them is asked for it. */
export interface Counting {
	hear(worker: Worker, said: FromWorker): void;
	ended(worker: Worker): void;
}

/** Who does not answer by then counts as it was last. */
const patienceMs = 2_000;

export function createCounting(serving: () => readonly Worker[], log: Log): Counting {
	const own = createCrewMetrics();
	const whole = createWholeCounts();
	const asked = new Map<number, (counts: Counts | undefined) => void>();
	let questions = 0;

	function countsOf(worker: Worker): Promise<Counts | undefined> {
		const id = ++questions;
		const answer = Promise.withResolvers<Counts | undefined>();
		const late = setTimeout(() => asked.get(id)?.(undefined), patienceMs);
		asked.set(id, (counts) => {
			clearTimeout(late);
			asked.delete(id);
			answer.resolve(counts);
		});
		tell(worker, { kind: "count", id });
		return answer.promise;
	}

	async function answer(worker: Worker, id: number): Promise<void> {
		const all = serving();
		const ask = new Map(all.map((one) => [one.id, () => countsOf(one)]));
		try {
			tell(worker, { kind: "whole", id, text: await whole.read(ask, await own.counts(all.length)) });
		} catch (err) {
			log.error({ err }, "what the workers have counted cannot be summed");
			tell(worker, { kind: "whole", id });
		}
	}

	return {
		hear(worker, said) {
			if (said.kind === "counts") asked.get(said.id)?.(said.counts);
			else if (said.kind === "read") void answer(worker, said.id);
		},
		ended(worker) {
			own.workerEnded();
			whole.left(worker.id);
		},
	};
}
