import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/**
 * One line from standard input, which is shown nowhere: not on the screen, and not in the list of processes, as an
 * argument would be. Asks only where somebody sits; rejects when the input ends before its first line does.
 */
export async function askSecret(question: string): Promise<string> {
	const { stdin, stderr } = process;
	if (stdin.isTTY) stderr.write(question);
	const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
	const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY });
	try {
		return await new Promise((resolve, reject) => {
			lines.once("line", resolve);
			lines.once("SIGINT", () => reject(new NoSecret("interrupted")));
			lines.once("close", () => reject(new NoSecret("the input ended")));
		});
	} finally {
		lines.close();
		if (stdin.isTTY) stderr.write("\n");
	}
}

/** Nobody entered the secret. */
export class NoSecret extends Error {
	override readonly name = "NoSecret";
}
