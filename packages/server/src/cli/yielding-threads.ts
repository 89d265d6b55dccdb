import { readdirSync, readFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

/** So much nicer than the others a thread gets a tenth of their share, where they want the same core. */
const nicer = 10;
const nicest = 19;
const threads = "/proc/self/task";

/**
 * Has the threads that hash passwords give way to the one that answers, so that people who sign in leave a core to those
 * who ask about tokens. On Linux, where each thread has a priority; elsewhere all stays as it is. The threads begin with
 * the first work that is given to them, which has to have been.
 */
export function letHashingYield(): void {
	try {
		const niceness = Math.min(getPriority() + nicer, nicest);
		for (const id of readdirSync(threads))
			if (readFileSync(`${threads}/${id}/comm`, "utf8").trim() === "libuv-worker")
				setPriority(Number(id), niceness);
	} catch {
		// Another system, or one that hides its threads: it answers all the same.
	}
}
