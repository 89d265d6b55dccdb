import { HomeserverUnavailable } from "@countersign/core";
import type { Clock, Random } from "../../config/index.ts";
import type { Log } from "../../log/index.ts";
import { longestSilenceMs, silenceMs, waitMs } from "./backoff.ts";
import type { Health } from "./health.ts";
import type { MasApi } from "./mas-api.ts";
import type { HomeserverTask, SynapseStorage, TaskOutcome, TaskOverview } from "./ports.ts";
import { repeatAt } from "./repeats.ts";
import { type Told, tell } from "./tell.ts";

/** How a try to tell Synapse something ended, by the kind of it. */
export type CountTold = (kind: string, outcome: "done" | "failed" | "refused") => void;

export interface OutboxDeps {
	readonly storage: SynapseStorage;
	readonly api: MasApi;
	readonly health: Health;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly count: CountTold;
}

/** What Synapse still has to be told, and the telling. */
export interface Outbox {
	/**
	 * Looks for tasks that are due and starts on them. From the first call on they are also told as soon as they are
	 * there; a command never calls it, and leaves the telling to the server.
	 */
	run(): Promise<void>;
	/** Some may be there. Returns at once. */
	wake(): void;
	/** Tells Synapse everything about one person now, as far as it can be told, without waiting for its time. */
	deliver(accountId: string): Promise<void>;
	overview(): Promise<TaskOverview>;
	/** Starts nothing more and waits for what is under way. What is left waits for the next start. */
	stop(): Promise<void>;
}

/** People whose tasks are told at once. */
const parallel = 8;
/** Longer than any task takes; then another server may take it over. */
const leaseMs = 120_000;
/** How old a lease may be when its task is sent, so that it is still ours when the answer comes. */
const freshMs = 30_000;
/** How long an attempt without an answer may be on its way at Synapse. */
const settleMs = 5_000;

/**
 * Tells Synapse what it has to be told: for each person strictly in order, for different people side by side. While it
 * does not answer, one attempt at a time asks whether it is back.
 */
export function createOutbox(deps: OutboxDeps): Outbox {
	const { storage, health, clock } = deps;
	const running = new Map<string, Promise<void>>();
	let silences = 0;
	let askAgainAt = 0;
	let isStarted = false;
	let isStopped = false;
	let looking: Promise<void> | undefined;
	let lookAgain = false;

	function room(): number {
		if (!isStarted || isStopped) return 0;
		if (!health.isSilent()) return parallel - running.size;
		return running.size === 0 && isTimeToAsk() ? 1 : 0;
	}

	/** Nobody waits longer than the longest silence: then the clock was put back. */
	function isTimeToAsk(): boolean {
		const waits = askAgainAt - clock();
		return waits <= 0 || waits > longestSilenceMs;
	}

	async function look(): Promise<void> {
		while (lookAgain && room() > 0) {
			lookAgain = false;
			const due = await storage.read.homeserverTasks.due(clock(), 2 * parallel);
			for (const accountId of due) {
				if (room() > 0 && !running.has(accountId)) void begin(accountId, false);
			}
		}
	}

	function wake(): void {
		lookAgain = true;
		looking ??= look()
			.catch((err: unknown) => deps.log.error({ err }, "the tasks for Synapse cannot be read"))
			.finally(() => {
				looking = undefined;
				if (lookAgain && room() > 0) wake();
			});
	}

	/** After a failure of our own storage nothing is started at once: it would fail again. */
	function begin(accountId: string, early: boolean): Promise<void> {
		const ended = work(accountId, early)
			.finally(() => running.delete(accountId))
			.then(wake, (err: unknown) => deps.log.error({ err }, "tasks for Synapse cannot be worked on"));
		running.set(accountId, ended);
		return ended;
	}

	/** One task of the person after another, until none is left or one fails. */
	async function work(accountId: string, early: boolean): Promise<void> {
		while (!isStopped && (await tellNext(accountId, early))) noteSilence();
		noteSilence();
	}

	/** Several that were under way when it fell silent are one silence. */
	function noteSilence(): void {
		if (!health.isSilent()) {
			silences = 0;
		} else if (isTimeToAsk()) {
			silences++;
			askAgainAt = clock() + silenceMs(silences, deps.random);
		}
	}

	/** Whether the next one may follow. */
	async function tellNext(accountId: string, early: boolean): Promise<boolean> {
		const now = clock();
		const claim = { accountId, now, early, lease: deps.random.token(), until: now + leaseMs };
		const task = await storage.write((unit) => unit.homeserverTasks.claim(claim));
		// Whoever slept in between may no longer be the only one who has it.
		if (task === undefined || clock() - now > freshMs) return false;
		const outcome = await attempt(deps, task);
		await storage.write((unit) => unit.homeserverTasks.settle(task, outcome));
		return outcome.state !== "settling" && outcome.state !== "failed";
	}

	health.onReturn(wake);
	return {
		async run() {
			isStarted = true;
			wake();
		},
		wake,
		async deliver(accountId) {
			await running.get(accountId);
			if (!isStopped) await (running.get(accountId) ?? begin(accountId, true));
		},
		overview: () => storage.read.homeserverTasks.overview(),
		async stop() {
			isStopped = true;
			await looking;
			await Promise.all(running.values());
		},
	};
}

async function attempt(deps: OutboxDeps, task: HomeserverTask): Promise<TaskOutcome> {
	const told = await tellOrFail(deps.api, task);
	const now = deps.clock();
	const kind = task.telling?.kind ?? "unreadable";
	const about = { kind, accountId: task.accountId };
	if (told.ok) {
		if (task.mayBeUnderWay && deletions.has(kind)) return { state: "settling", nextAt: now + settleMs };
		if (!task.isRepeat) deps.count(kind, "done");
		const nextAt = repeatAt(task, now);
		return nextAt === undefined ? { state: "done" } : { state: "resting", toldAt: now, nextAt };
	}
	const { failure } = told;
	if (told.lasting) {
		deps.count(kind, "refused");
		deps.log.error({ ...about, failure }, "Synapse refuses a task; it is not tried again");
		return { state: "refused", failure, at: now };
	}
	deps.count(kind, "failed");
	if (!deps.health.isSilent()) deps.log.warn({ ...about, failure }, "Synapse did not do a task");
	return { state: "failed", failure, nextAt: now + waitMs(task.attempts, deps.random, deps.health) };
}

/** A late one of these would undo what a person did since: sign in again, or have the account opened again. */
const deletions: ReadonlySet<string> = new Set(["delete-device", "delete-all-devices", "delete-user"]);

async function tellOrFail(api: MasApi, task: HomeserverTask): Promise<Told> {
	try {
		return await tell(api, task);
	} catch (error) {
		if (!(error instanceof HomeserverUnavailable)) throw error;
		return { ok: false, lasting: false, failure: error.message };
	}
}
