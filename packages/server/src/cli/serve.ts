import { type Countersign, startCountersign } from "../compose.ts";
import { type Config, readConfig } from "../config/index.ts";
import { createLog } from "../log/index.ts";
import { DataDirectoryInUse, DataDirectoryUnusable } from "../storage/index.ts";

const usageError = 2;

/** `countersign serve`: runs until it is told to stop, then finishes what it has accepted. Returns the exit code. */
export async function serve(): Promise<number> {
	const settings = readConfig(process.env);
	if (!settings.ok) {
		complain("Countersign cannot start with these settings:", settings.problems);
		return usageError;
	}
	const started = await start(settings.config);
	if (started === undefined) {
		return 1;
	}
	welcome(started, settings.config);
	await stopSignal();
	process.stdout.write("\nFinishing what has been accepted ...\n");
	await started.close();
	return 0;
}

async function start(config: Config): Promise<Countersign | undefined> {
	try {
		const started = await startCountersign(config, { log: createLog() });
		if (started.ok) {
			return started.countersign;
		}
		complain(listenProblems[started.reason](config), []);
	} catch (error) {
		if (error instanceof DataDirectoryInUse) {
			complain(`Another Countersign is running on ${config.dataDirectory}.`, [
				"Stop it first, or give this one its own folder with COUNTERSIGN_DATA.",
			]);
		} else if (error instanceof DataDirectoryUnusable) {
			complain(`The data folder ${config.dataDirectory} cannot be written.`, [
				"Change its owner or permissions, or choose another with COUNTERSIGN_DATA.",
			]);
		} else {
			throw error;
		}
	}
	return undefined;
}

const listenProblems = {
	"address-in-use": ({ host, port }: Config) =>
		`Port ${port} on ${host} is taken by another program. Stop it, or choose another with COUNTERSIGN_PORT.`,
	"address-unavailable": ({ host }: Config) =>
		`This machine has no address ${host}. Set COUNTERSIGN_HOST to one it has, like 127.0.0.1.`,
	"not-permitted": ({ port }: Config) =>
		`Port ${port} may not be used by this user. Set COUNTERSIGN_PORT to one above 1023.`,
	"server-name-differs": ({ serverName, dataDirectory }: Config) =>
		`${dataDirectory} belongs to a server with another name than ${serverName}; the name is fixed at the first start. Unset COUNTERSIGN_SERVER_NAME.`,
} as const;

function welcome({ publicBase, serverName }: Countersign, config: Config): void {
	const create = config.openRegistration
		? `Create an account: ${publicBase}register`
		: "Nobody can register; set COUNTERSIGN_OPEN_REGISTRATION=yes to let people.";
	process.stdout.write(
		[
			`Countersign for ${serverName} is ready.`,
			"",
			`  Account pages:     ${publicBase}account/`,
			`  Matrix clients:    ${publicBase} (homeserver URL)`,
			`  Data:              ${config.dataDirectory}`,
			"",
			`  ${create}`,
			"  Watch a reset from beginning to end: npm run demo",
			"  Stop with Ctrl+C.",
			"",
		].join("\n"),
	);
}

function complain(headline: string, details: readonly string[]): void {
	process.stderr.write(`${[headline, ...details.map((line) => `  ${line}`)].join("\n")}\n`);
}

function stopSignal(): Promise<void> {
	return new Promise((resolve) => {
		process.once("SIGINT", () => resolve());
		process.once("SIGTERM", () => resolve());
	});
}
