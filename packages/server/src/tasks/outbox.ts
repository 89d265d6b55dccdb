import type { AccountId, Transactions } from "@countersign/core";
import type { Clock, Random } from "../config/index.ts";
import { type Log, scrubbedWords } from "../log/index.ts";
import { longestSilenceMs, silenceMs, waitMs } from "./backoff.ts";
import type { Task, TaskLine, TaskOutcome, TaskOverview } from "./ports.ts";
import type { Receiver } from "./receiver.ts";

/** How a try to tell something ended, by the kind of it. */
export type CountTold = (kind: string, outcome: "done" | "failed" | "refused") => void;

interface OutboxDeps<Unit, Kept extends Task> {
	readonly storage: Transactions<Unit>;
	/** The receiver's tasks. */
	readonly lineOf: (unit: Unit) => TaskLine<Kept>;
	readonly receiver: Receiver<Kept>;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly count: CountTold;
}

/** What a receiver still has to be told, and the telling. */
export interface Outbox {
	/**
	 * Looks for tasks that are due and starts on them. From the first call on they are also told as soon as they are
	 * there; a command never calls it, and leaves the telling to the server.
	 */
	run(): Promise<void>;
	/** Some may be there. Returns at once. */
	wake(): void;
	/** Tells everything about one person now, as far as it can be told, without waiting for its time. */
	deliver(accountId: AccountId): Promise<void>;
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

/**
 * Tells a receiver what it has to be told: for each person strictly in order, for different people side by side. While
 * it does not answer, one attempt at a time asks whether it is back.
 */
export function createOutbox<Unit, Kept extends Task>(deps: OutboxDeps<Unit, Kept>): Outbox {
	const { storage, lineOf, clock } = deps;
	const { name, health } = deps.receiver;
	const running = new Map<AccountId, Promise<void>>();
	let silences = 0;
	let askAgainAt = 0;
	let isStarted = false;
	let isStopped = false;
	let looking: Promise<void> | undefined;
	let lookAgain = false;

	function hasRoom(): boolean {
		if (!isStarted || isStopped) return false;
		return health.isSilent() ? running.size === 0 && isTimeToAsk() : running.size < parallel;
	}

	/** Nobody waits longer than the longest silence: then the clock was put back. */
	function isTimeToAsk(): boolean {
		const waits = askAgainAt - clock();
		return waits <= 0 || waits > longestSilenceMs;
	}

	async function look(): Promise<void> {
		while (lookAgain && hasRoom()) {
			lookAgain = false;
			const due = await lineOf(storage.read).due(clock(), 2 * parallel);
			for (const accountId of due) {
				if (hasRoom() && !running.has(accountId)) void begin(accountId, false);
			}
		}
	}

	function wake(): void {
		lookAgain = true;
		looking ??= look()
			.catch((err: unknown) => deps.log.error({ err }, `the tasks for ${name} cannot be read`))
			.finally(() => {
				looking = undefined;
				if (lookAgain && hasRoom()) wake();
			});
	}

	/** After a failure of our own storage nothing is started at once: it would fail again. */
	function begin(accountId: AccountId, early: boolean): Promise<void> {
		const ended = work(accountId, early)
			.finally(() => running.delete(accountId))
			.then(wake, (err: unknown) => deps.log.error({ err }, `tasks for ${name} cannot be worked on`));
		running.set(accountId, ended);
		return ended;
	}

	/** One task of the person after another, until none is left or one fails. */
	async function work(accountId: AccountId, early: boolean): Promise<void> {
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
	async function tellNext(accountId: AccountId, early: boolean): Promise<boolean> {
		const now = clock();
		const claim = { accountId, now, early, lease: deps.random.token(), until: now + leaseMs };
		const task = await storage.write((unit) => lineOf(unit).claim(claim));
		// Whoever slept in between may no longer be the only one who has it.
		if (task === undefined || clock() - now > freshMs) return false;
		const outcome = await attempt(deps, task);
		await storage.write((unit) => lineOf(unit).settle(task, outcome));
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
			await (running.get(accountId) ?? begin(accountId, true));
		},
		overview: () => lineOf(storage.read).overview(),
		async stop() {
			isStopped = true;
			await looking;
			await Promise.all(running.values());
		},
	};
}

async function attempt<Kept extends Task>(
	{ receiver, clock, random, log, count }: Omit<OutboxDeps<unknown, Kept>, "storage" | "lineOf">,
	task: Kept,
): Promise<TaskOutcome> {
	const told = await receiver.tell(task);
	const now = clock();
	const kind = receiver.kindOf(task);
	const about = { kind, accountId: task.accountId };
	if (told.ok) {
		const outcome = receiver.afterwards(task, now);
		if (outcome.state !== "settling" && !task.isRepeat) count(kind, "done");
		return outcome;
	}
	// It is kept as well, and shown to operators.
	const failure = scrubbedWords(told.failure);
	if (told.lasting) {
		count(kind, "refused");
		log.error({ ...about, failure }, `${receiver.name} refuses a task; it is not tried again`);
		return { state: "refused", failure, at: now };
	}
	count(kind, "failed");
	if (!receiver.health.isSilent()) log.warn({ ...about, failure }, `${receiver.name} did not do a task`);
	return { state: "failed", failure, nextAt: now + waitMs(task.attempts, random, receiver.health) };
}
