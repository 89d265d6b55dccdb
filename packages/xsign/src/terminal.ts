import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { Refusal } from "./refusal.ts";

/**
 * One line from standard input that is shown nowhere: not on the screen, and not in the list of processes, as an
 * argument would be. Asks only where somebody sits.
 *
 * @throws `no-answer` when the input ends before its first line does, or when `signal` fires
 */
export function askSecret(question: string, signal: AbortSignal): Promise<string> {
	return ask(question, signal, { hidden: true });
}

/** One line from standard input. @throws `no-answer` */
export function askLine(question: string, signal: AbortSignal): Promise<string> {
	return ask(question, signal, { hidden: false });
}

async function ask(
	question: string,
	signal: AbortSignal,
	{ hidden }: { readonly hidden: boolean },
): Promise<string> {
	const { stdin, stderr } = process;
	const terminal = stdin.isTTY === true;
	if (terminal) stderr.write(question);
	const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
	const lines = createInterface({ input: stdin, output: hidden || !terminal ? silent : stderr, terminal });
	try {
		return await new Promise((resolve, reject) => {
			const none = () => reject(new Refusal("no-answer"));
			lines.once("line", resolve);
			// While a line is read, the terminal hands Ctrl-C to whoever reads.
			lines.once("SIGINT", () => {
				none();
				process.kill(process.pid, "SIGINT");
			});
			lines.once("close", none);
			if (signal.aborted) none();
			signal.addEventListener("abort", none);
		});
	} finally {
		lines.close();
		stdin.pause();
		if (terminal && hidden) stderr.write("\n");
	}
}
