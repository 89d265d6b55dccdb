import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { run } from "../../src/cli/index.ts";
import type { Result } from "../../src/doctor/index.ts";

/** Runs one command line with these settings, and returns what it printed. */
export type RunCommand = (words: readonly string[], settingsFile: string) => Promise<Ran>;

interface Ran {
	readonly code: number;
	readonly text: string;
}

/** In this process, without anything of its environment. */
export const runHere: RunCommand = async (words, settingsFile) => {
	let text = "";
	const code = await run([...words, "--config", settingsFile], {
		environment: {},
		out(more) {
			text += more;
		},
		complain(headline, details = []) {
			text += [headline, ...details, ""].join("\n");
		},
		readSecret: () => Promise.reject(new Error("nobody is asked for a secret")),
	});
	return { code, text };
};

const start = join(import.meta.dirname, "../../../../bin/start.js");

/** In a process of its own, which believes in one certificate authority more: Node reads those at its start. */
export function runBelieving(authorityFile: string): RunCommand {
	return async (words, settingsFile) => {
		const env = { ...process.env, NODE_EXTRA_CA_CERTS: authorityFile };
		const args = [start, ...words, "--config", settingsFile];
		const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
		let text = "";
		child.stdout.setEncoding("utf8").on("data", (more: string) => {
			text += more;
		});
		const [code] = await once(child, "close");
		return { code: Number(code), text };
	};
}

export interface Examined extends Ran {
	readonly results: readonly Result[];
	/** `problem app-service`: what is not as it should be. */
	readonly wrong: readonly string[];
}

export async function examineBy(command: RunCommand, settingsFile: string, words: readonly string[]) {
	const ran = await command(["doctor", "--json", ...words], settingsFile);
	const results: readonly Result[] = JSON.parse(ran.text);
	const wrong = results.filter(({ verdict }) => verdict === "problem" || verdict === "warning");
	const examined: Examined = {
		...ran,
		results,
		wrong: wrong.map(({ verdict, check }) => `${verdict} ${check}`),
	};
	return examined;
}

/** Exactly this is wrong, and the cure is named. */
export function names({ wrong, results, text }: Examined, expected: readonly string[], cure: RegExp): void {
	assert.deepEqual(wrong, expected, text);
	const said = results.flatMap((one) => ("fix" in one ? [`${one.what} | ${one.found} | ${one.fix}`] : []));
	assert.match(said.join("\n"), cure);
}
