import cluster from "node:cluster";
import type { Config } from "../config/index.ts";
import type { Counts, MetricsText } from "../metrics/index.ts";
import {
	type Complaint,
	type FromWorker,
	parseToWorker,
	type ServerFacts,
	type ToWorker,
	workerMark,
} from "./messages.ts";
import { readProgram } from "./program.ts";

/** Whether this process was started as a worker of ours: a manager of services may have made it one of its own. */
export const isWorker = (environment: Readonly<Record<string, string | undefined>>): boolean =>
	cluster.isWorker && environment[workerMark] !== undefined;

/** A worker's side. */
interface Joined {
	readonly config: Config;
	/** From 1 on; it stays with the place, not with the process. */
	readonly number: number;
	ready(facts: ServerFacts, counts: () => Promise<Counts>): void;
	/** Says why there is nothing to be served; resolves when it is said. */
	refuse(complaint: Complaint): Promise<void>;
	/** What all workers have counted. */
	readWhole(): Promise<MetricsText>;
}

/**
 * Joins the crew that this process was started for. It lives by what it serves: Node ends it where the first process
 * ends, whose port it was. Undefined, and told to the first process, where this is another program than that: the files
 * were replaced since the start. It must not even open the database, whose tables it would upgrade below those who serve.
 */
export async function joinCrew(): Promise<Joined | undefined> {
	const reading = new Map<number, (text: MetricsText | undefined) => void>();
	let counts: (() => Promise<Counts>) | undefined;
	let asked = 0;
	const begun = Promise.withResolvers<Extract<ToWorker, { kind: "begin" }>>();
	process.on("message", (given: unknown) => {
		const message = parseToWorker(given);
		if (message?.kind === "begin") begun.resolve(message);
		else if (message?.kind === "count") void answerCount(message.id, counts);
		else if (message?.kind === "whole") {
			reading.get(message.id)?.(message.text);
			reading.delete(message.id);
		}
	});
	const { config, number, program } = await begun.promise;
	// Not kept alive by the line to the first process.
	process.channel?.unref();
	if (program !== readProgram()) {
		await tell({ kind: "refused", complaint: otherProgram });
		return undefined;
	}
	return {
		...{ config, number },
		ready(facts, itsCounts) {
			counts = itsCounts;
			void tell({ kind: "ready", facts });
		},
		refuse: (complaint) => tell({ kind: "refused", complaint }),
		async readWhole() {
			const id = ++asked;
			const answered = Promise.withResolvers<MetricsText | undefined>();
			reading.set(id, answered.resolve);
			await tell({ kind: "read", id });
			const text = await answered.promise;
			if (text === undefined) throw new Error("what all workers have counted is not to be had");
			return text;
		},
	};
}

/** The others serve on, and where none is left the server ends: who starts it again starts what is there now. */
const otherProgram: Complaint = {
	headline: "The program was replaced while the server runs: restart it.",
	mayPass: true,
};

async function answerCount(id: number, counts: (() => Promise<Counts>) | undefined): Promise<void> {
	// The database may be away, of which some counts are.
	await tell({ kind: "counts", id, counts: await counts?.().catch(() => undefined) });
}

/** Resolves also where nobody is there any more: this process ends then. */
function tell(message: FromWorker): Promise<void> {
	return new Promise((resolve) => {
		if (process.send === undefined) resolve();
		else process.send(message, () => resolve());
	});
}
