/**
 * An unmodified Synapse in a process and a data directory of its own: SQLite, one loopback listener with the client
 * API, sign-in delegated to `masEndpoint`. A start takes a second or two; see `tools/requirements.ts` for where it is.
 *
 *     test("...", needsSynapse, async () => {
 *         await using synapse = await startSynapse({ masEndpoint: server.url, secret });
 *         await fetch(`${synapse.base}_matrix/client/v3/account/whoami`);
 *         await synapse.kill();
 *         await synapse.restart();
 *     });
 */
import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { synapse, synapseOnPostgres } from "../../../../tools/requirements.ts";
import { type BoundProcess, logTail, startBound, untilReady } from "./bound-process.ts";
import { lastingPort } from "./lasting-port.ts";
import { prepareSynapse, type SynapseOptions } from "./synapse-settings.ts";
import { until } from "./until.ts";

const needed = synapse();
const neededOnPostgres = synapseOnPostgres();

/** Skips where Synapse is not installed; see `tools/requirements.ts`. */
export const needsSynapse = { skip: needed.skip };

/** The same where its database is in PostgreSQL. */
export const needsSynapseOnPostgres = { skip: needed.skip || neededOnPostgres.skip };

export interface RunningSynapse {
	/** `http://127.0.0.1:<port>/`: straight to Synapse, past every proxy. */
	readonly base: string;
	readonly port: number;
	readonly serverName: string;
	readonly dataDirectory: string;
	/** The process that runs now; another one after `restart`. */
	pid(): number | undefined;
	/** Ends it at once, as a crash does, and resolves when it is gone. Default `SIGKILL`. */
	kill(signal?: "SIGKILL" | "SIGTERM" | "SIGINT"): Promise<void>;
	/** Takes connections and answers nobody, until `thaw`. Resolves when not one of its threads goes on. */
	freeze(): Promise<void>;
	thaw(): void;
	/** Starts it on the same data and port; ends it the polite way before where it runs. */
	restart(): Promise<void>;
	/** Ends it the polite way. The data stay, for `restart`. */
	stop(): Promise<void>;
	/** The last lines it has said. Default 40. */
	logTail(lines?: number): string;
	/** Ends it and removes its data. */
	[Symbol.asyncDispose](): Promise<void>;
}

export async function startSynapse(options: SynapseOptions): Promise<RunningSynapse> {
	needed.part();
	const { port = await lastingPort(), serverName = "localhost" } = options;
	const dataDirectory = await prepareSynapse({ ...options, port });
	const start = () => launch(dataDirectory, options.moreConfigFiles);
	let program = start();
	const kill: RunningSynapse["kill"] = async (signal = "SIGKILL") => {
		program.signal(signal);
		// One that is frozen would hear of it only when thawed.
		program.signal("SIGCONT");
		await program.ended;
	};
	const dispose = async () => {
		await kill();
		await rm(dataDirectory, { recursive: true, force: true });
	};
	const log = join(dataDirectory, logFile);
	const ready = () => untilReady(program, { name: "Synapse", log, isReady: () => answers(port) });
	await ready().catch(async (error) => {
		await dispose();
		throw error;
	});
	return {
		...{ base: `http://127.0.0.1:${port}/`, port, serverName, dataDirectory, kill },
		pid: () => program.pid,
		async freeze() {
			program.signal("SIGSTOP");
			await until(() => isStopped(program.pid));
		},
		thaw: () => program.signal("SIGCONT"),
		stop: () => kill("SIGTERM"),
		async restart() {
			await kill("SIGTERM");
			program = start();
			await ready();
		},
		logTail: (lines) => logTail(log, lines),
		[Symbol.asyncDispose]: dispose,
	};
}

/** A signal takes a thread only when it runs next, and until then it may read one request more. */
function isStopped(pid: number | undefined): boolean {
	const threads = `/proc/${pid}/task`;
	return readdirSync(threads).every((id) =>
		/^State:\s+T/m.test(readFileSync(join(threads, id, "status"), "utf8")),
	);
}

const logFile = "synapse.log";

function launch(folder: string, moreConfigFiles: readonly string[] = []): BoundProcess {
	const files = [join(folder, "homeserver.yaml"), ...moreConfigFiles];
	const args = ["-m", "synapse.app.homeserver", ...files.flatMap((file) => ["-c", file])];
	return startBound({ command: needed.part(), args, folder, log: join(folder, logFile) });
}

async function answers(port: number): Promise<boolean> {
	try {
		return (await fetch(`http://127.0.0.1:${port}/_matrix/client/versions`)).ok;
	} catch {
		return false;
	}
}
