import { type Countersign, startCountersign } from "../compose.ts";
import { type Config, loadConfig } from "../config/index.ts";
import { createLog } from "../log/index.ts";
import { DatabaseUnavailable, DataDirectoryInUse, DataDirectoryUnusable } from "../storage/index.ts";
import type { Command, Outside } from "./command.ts";
import { dataProblem, otherHomeserver } from "./with-data.ts";

export const serve: Command = {
	name: "serve",
	operands: [],
	options: {},
	usage: "",
	about: "run the server until it is told to stop; then it finishes what it has accepted",
	async run(asked) {
		const settings = loadConfig(asked.environment, asked.configPath);
		if (!settings.ok) {
			asked.complain("Countersign cannot start with these settings:", settings.problems);
			return 2;
		}
		const started = await start(settings.config, asked);
		if (started === undefined) return 1;
		if (settings.warnings.length > 0) asked.complain("These settings work, but:", settings.warnings);
		asked.out(welcome(started, settings.config));
		await stopSignal();
		asked.out("\nFinishing what has been accepted ...\n");
		if (await started.close()) return 0;
		asked.complain("Not everything ended in time. The log says what was given up.");
		// It may still wait for somebody, but not keep this process.
		setTimeout(() => process.exit(1)).unref();
		return 1;
	},
};

async function start(config: Config, { complain }: Outside): Promise<Countersign | undefined> {
	try {
		const started = await startCountersign(config, { log: createLog({ level: config.logLevel ?? "info" }) });
		if (started.ok) {
			return started.countersign;
		}
		complain(listenProblems[started.reason](config));
	} catch (error) {
		if (error instanceof DataDirectoryInUse) {
			complain(`Another Countersign is running on ${config.dataDirectory}.`, [
				"Stop it first, or give this one its own folder: data in the settings file, or COUNTERSIGN_DATA.",
			]);
		} else if (error instanceof DataDirectoryUnusable) {
			complain(error.message, ["It is named by data in the settings file, or COUNTERSIGN_DATA."]);
		} else if (error instanceof DatabaseUnavailable) {
			complain(error.message, ["It is named by COUNTERSIGN_DATABASE, database or database_file."]);
		} else {
			const problem = dataProblem(error, config);
			if (problem === undefined) throw error;
			complain(problem);
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
	"server-name-differs": ({ serverName, ...config }: Config) =>
		`${placeOf(config)} belongs to a server with another name than ${serverName}; the name is fixed at the first start. Unset COUNTERSIGN_SERVER_NAME.`,
	"homeserver-differs": (config: Config) => otherHomeserver(placeOf(config)),
} as const;

function placeOf({ database, dataDirectory }: Pick<Config, "database" | "dataDirectory">): string {
	return database === undefined ? dataDirectory : "The PostgreSQL database of the settings";
}

function welcome({ publicBase, serverName }: Countersign, config: Config): string {
	const create = config.openRegistration
		? `Create an account: ${publicBase}register`
		: "Nobody can register; set COUNTERSIGN_OPEN_REGISTRATION=yes to let people.";
	return [
		`Countersign for ${serverName} is ready.`,
		"",
		`  Account pages:     ${publicBase}account/`,
		`  Matrix clients:    ${config.homeserver?.publicBase ?? publicBase} (homeserver URL)`,
		`  Data:              ${placeOf(config)}`,
		"",
		`  ${create}`,
		"  Watch a reset from beginning to end: npm run demo",
		"  Stop with Ctrl+C.",
		"",
	].join("\n");
}

function stopSignal(): Promise<void> {
	return new Promise((resolve) => {
		process.once("SIGINT", () => resolve());
		process.once("SIGTERM", () => resolve());
	});
}
