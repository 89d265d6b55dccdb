/**
 * `npm run bundle`, and after each `npm install`: makes one file of the server and of the libraries it uses, in
 * packages/server/dist. Reading and compiling hundreds of small files is half of a start. `bin/start.js` runs the file as
 * long as no source is newer, and the sources otherwise, so that nothing depends on it: where it cannot be made, that is
 * said, and all goes on.
 */
import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const server = join(import.meta.dirname, "../packages/server");

/** Makes it anew, and returns what kept it from being made, if anything did. */
export async function bundleServer(): Promise<unknown> {
	const [begunAt, file] = [new Date(), join(server, "dist/main.cjs")];
	const unfinished = `${file}.${process.pid}`;
	rmSync(file, { force: true });
	try {
		// Whoever installs without development's tools has no bundler.
		const { build } = await import("rolldown");
		const { output } = await build({
			input: join(server, "src/main.ts"),
			platform: "node",
			// Compiled code lies beside its loader, and pino looks for its own files.
			external: [/^@node-rs\//, "pg-native", "pino"],
			write: false,
			output: { format: "cjs", codeSplitting: false, comments: { jsdoc: false } },
			logLevel: "silent",
		});
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(unfinished, inAscii(output[0].code));
		// As old as what was read: a source that changed meanwhile is newer. And no start ever meets half of it.
		utimesSync(unfinished, begunAt, begunAt);
		renameSync(unfinished, file);
		return undefined;
	} catch (error) {
		return error;
	}
}

/**
 * The engine holds the whole text for as long as the server runs, and with one letter beyond Latin-1 in it each letter
 * takes two bytes: 5 MiB for a few dozen quotation marks. In texts, patterns and names alike the escape means the same.
 */
export function inAscii(code: string): string {
	return code.replaceAll(
		/[^\0-\x7F]/g,
		(letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);
}

/** The same for an install, which goes well in either case. */
export async function bundleOrSay(): Promise<void> {
	const failure = await bundleServer();
	if (failure !== undefined)
		process.stdout.write(`The server starts from its sources: ${String(failure).split("\n", 1).join()}\n`);
}

if (import.meta.main) await bundleOrSay();
