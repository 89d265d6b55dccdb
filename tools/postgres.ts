/**
 * A PostgreSQL of its own for tests: a new cluster in a temporary folder, on a port of 127.0.0.1 of its own, gone
 * afterwards. Nothing that runs on the machine already is touched.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastingPort } from "./lasting-port.ts";
import { type Requirement, requirement } from "./requirements.ts";

export interface PostgresCluster {
	/** The URL of a database of this name. */
	readonly url: (database: string) => string;
	/** Kills every process of it, as a power failure does, and starts it again on the same port. */
	crash(): Promise<void>;
	stop(): Promise<void>;
}

/** Where initdb and pg_ctl are. Debian keeps them out of the path. */
const folders = ["/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin"];

/** PostgreSQL's programs as the folder that holds them. A folder in POSTGRES_BIN is the only one looked at. */
export function postgres(env: NodeJS.ProcessEnv = process.env): Requirement<string> {
	const patterns = env.POSTGRES_BIN ? [env.POSTGRES_BIN] : folders;
	return requirement({
		name: "PostgreSQL",
		remedy: "apt-get install postgresql (or POSTGRES_BIN=/folder/with/initdb)",
		probe: () => globSync(patterns).sort().reverse().find(hasPrograms),
		env,
	});
}

function hasPrograms(folder: string): boolean {
	try {
		for (const program of ["initdb", "pg_ctl"]) accessSync(join(folder, program), constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/**
 * Makes a cluster and starts it. Not synced to disk unless asked: the machine is not expected to fail during a test.
 * @param preloaded a library to be loaded at the start
 */
export async function startPostgres(
	programs: string,
	{ isSynced = false, preloaded = "" }: { readonly isSynced?: boolean; readonly preloaded?: string } = {},
): Promise<PostgresCluster> {
	const folder = mkdtempSync(join(tmpdir(), "countersign-postgres-"));
	const asRoot = process.getuid?.() === 0;
	if (asRoot) await run("chown", ["postgres", folder]);
	const data = join(folder, "data");
	// PostgreSQL refuses to run as root, who runs tests in most containers.
	const say = (program: string, args: readonly string[]) =>
		asRoot
			? run("runuser", ["-u", "postgres", "--", join(programs, program), ...args], folder)
			: run(join(programs, program), args, folder);
	await say("initdb", ["-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]);
	const port = await lastingPort();
	const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=${isSynced ? "on" : "off"} -c max_connections=200 -c shared_preload_libraries=${preloaded}`;
	const control = (...words: readonly string[]) => say("pg_ctl", ["-D", data, "-w", ...words]);
	const start = ["-l", join(folder, "log"), "-o", settings];
	await control(...start, "start");
	return {
		url: (database) => `postgres://tests@127.0.0.1:${port}/${database}`,
		crash: () => control(...start, "-m", "immediate", "restart"),
		async stop() {
			await control("-m", "immediate", "stop");
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

async function run(command: string, args: readonly string[], cwd = "/"): Promise<void> {
	// Its output goes nowhere: the server it leaves behind would hold a pipe open.
	const [status] = await once(spawn(command, args, { cwd, stdio: "ignore" }), "exit");
	if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed with ${status}`);
}
