/**
 * `npm run bundle`, and after each `npm install`: makes one file of the server and of the libraries it uses, in
 * packages/server/dist. Reading and compiling hundreds of small files is half of a start. `bin/start.js` runs the file as
 * long as no source is newer, and the sources otherwise, so that nothing depends on it: where it cannot be made, that is
 * said, and all goes on.
 */
import { renameSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";

const server = join(import.meta.dirname, "../packages/server");

/** Makes it anew, and returns what kept it from being made, if anything did. */
export async function bundleServer(): Promise<unknown> {
	const [begunAt, file] = [new Date(), join(server, "dist/main.js")];
	const unfinished = `${file}.${process.pid}`;
	rmSync(file, { force: true });
	try {
		// Whoever installs without development's tools has no bundler.
		const { build } = await import("rolldown");
		await build({
			input: join(server, "src/main.ts"),
			platform: "node",
			// Compiled code lies beside its loader, and pino looks for its own files.
			external: [/^@node-rs\//, "pg-native", "pino"],
			output: { file: unfinished, format: "esm", codeSplitting: false, comments: { jsdoc: false } },
			logLevel: "silent",
		});
		// As old as what was read: a source that changed meanwhile is newer. And no start ever meets half of it.
		utimesSync(unfinished, begunAt, begunAt);
		renameSync(unfinished, file);
		return undefined;
	} catch (error) {
		return error;
	}
}

if (import.meta.main) {
	const failure = await bundleServer();
	if (failure !== undefined)
		process.stdout.write(`The server starts from its sources: ${String(failure).split("\n", 1).join()}\n`);
}
