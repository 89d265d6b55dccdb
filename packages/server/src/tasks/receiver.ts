import type { Health } from "./health.ts";
import type { Task, TaskOutcome } from "./ports.ts";

/** Who carries tasks out: a homeserver, or whoever takes mail. */
export interface Receiver<Kept extends Task> {
	/** What it is called in the log. */
	readonly name: string;
	readonly health: Pick<Health, "isSilent" | "onReturn">;
	/** What a task is called in logs and counts; names nobody. */
	kindOf(task: Kept): string;
	/** Has it done. An exception is a bug of ours: the task is left as it is until its lease is over. */
	tell(task: Kept): Promise<Told>;
	/** What follows once it has taken the task. */
	afterwards(task: Kept, now: number): Extract<TaskOutcome, { state: "done" | "settling" | "resting" }>;
}

/** How the receiver took it. */
export type Told =
	| { readonly ok: true }
	/** Trying again helps: no answer came, or once somebody has changed a setting. */
	| { readonly ok: false; readonly lasting: false; readonly failure: string }
	/** Trying again never helps. */
	| { readonly ok: false; readonly lasting: true; readonly failure: string };
