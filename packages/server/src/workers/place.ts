import cluster, { type Worker } from "node:cluster";
import type { Clock, Config } from "../config/index.ts";
import type { Log } from "../log/index.ts";
import {
	type Complaint,
	type FromWorker,
	parseFromWorker,
	type ServerFacts,
	type ToWorker,
	workerMark,
} from "./messages.ts";
import { createRestarts } from "./restarts.ts";

/** The place of one worker, whoever has it. */
export interface Place {
	/** Who has it, once it serves. */
	serving(): Worker | undefined;
	start(): void;
	/** Has it finish what it accepted. Resolves when nobody has the place any more; nobody gets it either. */
	stop(): Promise<void>;
	/** Ends it at once, where it has not ended. */
	kill(): void;
	/** Whether everybody whom `stop` met serving ended as they should. */
	isClean(): boolean;
}

interface PlaceDeps {
	/** From 1 on. */
	readonly number: number;
	readonly config: Config;
	/** Which program all are of. */
	readonly program: string;
	readonly log: Log;
	readonly clock: Clock;
	/** Whether to try again where one that is new does not come to serve. Before all have served once nobody tries. */
	readonly triesAgain: () => boolean;
	/** Whether anybody serves. */
	readonly isServed: () => boolean;
	onServing(facts: ServerFacts): void;
	onEnded(worker: Worker): void;
	onSaid(worker: Worker, said: FromWorker): void;
	/** Told when the place stays empty, and why. */
	onGivenUp(complaint: Complaint): void;
}

/** How a process ended; `err` where it could not even be made. */
interface Ending {
	readonly code?: number;
	readonly signal?: string;
	readonly err?: Error;
}

interface Holder {
	readonly worker: Worker;
	/** Since when it serves. */
	servesSince?: number;
	refusal?: Complaint;
}

export function createPlace(deps: PlaceDeps): Place {
	const { number, config, program, log, clock } = deps;
	const restarts = createRestarts();
	const empty = Promise.withResolvers<void>();
	let holder: Holder | undefined;
	let pause: NodeJS.Timeout | undefined;
	let [isStopping, isClean] = [false, true];

	function start(): void {
		const mine: Holder = { worker: cluster.fork({ [workerMark]: "yes" }) };
		holder = mine;
		listen(mine);
		tell(mine.worker, { kind: "begin", config, number, program });
	}

	function listen(mine: Holder): void {
		const { worker } = mine;
		worker.on("message", (message: unknown) => {
			const said = parseFromWorker(message);
			if (said?.kind === "refused") mine.refusal = said.complaint;
			else if (said?.kind === "ready") {
				mine.servesSince = clock();
				log.info({ worker: number, pid: worker.process.pid }, "a worker serves");
				deps.onServing(said.facts);
			} else if (said !== undefined) deps.onSaid(worker, said);
		});
		// Of one that could not be made nothing else is heard.
		worker.on("error", (err: Error) => {
			if (worker.process.pid === undefined) ended(mine, { err });
		});
		worker.once("exit", (code: number | null, signal: string | null) =>
			ended(mine, { ...(code !== null && { code }), ...(signal !== null && { signal }) }),
		);
	}

	function ended(mine: Holder, ending: Ending): void {
		if (holder !== mine) return;
		holder = undefined;
		deps.onEnded(mine.worker);
		if (isStopping) {
			isClean = mine.servesSince === undefined || ending.code === 0;
			empty.resolve();
		} else if (deps.triesAgain()) replace(mine, ending);
		else deps.onGivenUp(mine.refusal ?? complaintOf(ending));
	}

	function replace({ worker, servesSince, refusal }: Holder, ending: Ending): void {
		const next = restarts.ended({
			servedMs: servesSince === undefined ? undefined : clock() - servesSince,
			mayPass: refusal?.mayPass === true && deps.isServed(),
		});
		const facts = { worker: number, pid: worker.process.pid, ...ending, why: refusal?.headline };
		if (next.again) {
			log.error({ ...facts, againInMs: next.afterMs }, "a worker ended; another takes its place");
			pause = setTimeout(start, next.afterMs);
		} else {
			log.error(facts, "a worker ended at its start, time after time");
			deps.onGivenUp(refusal ?? complaintOf(ending));
		}
	}

	return {
		serving: () => (holder?.servesSince === undefined ? undefined : holder.worker),
		start,
		stop() {
			isStopping = true;
			clearTimeout(pause);
			if (holder === undefined) empty.resolve();
			else holder.worker.process.kill("SIGTERM");
			return empty.promise;
		},
		kill() {
			if (holder === undefined) return;
			const { pid } = holder.worker.process;
			log.error({ worker: number, pid }, "given up at the stop: it did not end in time");
			holder.worker.process.kill("SIGKILL");
		},
		isClean: () => isClean,
	};
}

/** One that is gone is not told; its end is heard of anyway. */
export function tell(worker: Worker, message: ToWorker): void {
	if (worker.isConnected()) worker.process.send(message, () => {});
}

function complaintOf({ code, signal, err }: Ending): Complaint {
	const how = err?.message ?? (signal === undefined ? `exit code ${code}` : signal);
	return { headline: `A worker ended before it could serve (${how}).`, details: ["The log says more."] };
}
