import { StorageUnavailable } from "@countersign/core";

interface Waiting<Asked, Answer> {
	readonly asked: Asked;
	resolve(answer: Answer): void;
	reject(error: unknown): void;
}

/**
 * Lets those that ask in the same turn of the event loop share one message, and those that come while every lane waits
 * for its answer the next. `run` is handed what they ask, and returns the answers in that order; what it throws fails
 * all of them, and those who wait too where nobody answers. Nobody's answer is older than the question: a message leaves
 * after all that it carries has come.
 * @param lanes so many messages wait for their answers at once
 * @param atMost so many share one, so that the first of them does not wait for ever
 * @param atOnce where nothing is under way and the one before was alone, who asks is sent at once, and who asks in the
 * same turn after that is sent with the next. Default: those of one turn are one message always
 */
export function createBatches<Asked, Answer>(
	{
		lanes,
		atMost,
		atOnce = false,
	}: { readonly lanes: number; readonly atMost: number; readonly atOnce?: boolean },
	run: (asked: readonly Asked[]) => Promise<readonly Answer[]>,
): (asked: Asked) => Promise<Answer> {
	let waiting: Waiting<Asked, Answer>[] = [];
	let free = lanes;
	let isDue = false;
	/** Whether the last message carried one: nobody else seems to ask just now. */
	let isQuiet = false;

	function wake(): void {
		if (isDue || free === 0 || waiting.length === 0) return;
		if (atOnce && isQuiet && free === lanes) {
			sendAll();
			return;
		}
		isDue = true;
		setImmediate(() => {
			isDue = false;
			sendAll();
		});
	}

	function sendAll(): void {
		while (free > 0 && waiting.length > 0) {
			const batch = waiting.slice(0, atMost);
			waiting = waiting.slice(atMost);
			isQuiet = batch.length === 1;
			void send(batch);
		}
	}

	async function send(batch: readonly Waiting<Asked, Answer>[]): Promise<void> {
		free -= 1;
		try {
			const answers = await run(batch.map(({ asked }) => asked));
			if (answers.length !== batch.length) throw new Error("not everybody was answered");
			for (const [at, answer] of answers.entries()) batch[at]?.resolve(answer);
		} catch (error) {
			for (const { reject } of batch) reject(error);
			// Nobody who waits already goes through one time limit after another.
			if (error instanceof StorageUnavailable) for (const { reject } of waiting.splice(0)) reject(error);
		} finally {
			free += 1;
			wake();
		}
	}

	return (asked) =>
		new Promise((resolve, reject) => {
			waiting.push({ asked, resolve, reject });
			wake();
		});
}
