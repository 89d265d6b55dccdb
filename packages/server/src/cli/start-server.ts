import { StorageUnavailable } from "@countersign/core";
import { type Countersign, type StartOptions, startCountersign } from "../compose.ts";
import type { Config } from "../config/index.ts";
import { DatabaseUnavailable, DataDirectoryInUse, DataDirectoryUnusable } from "../storage/index.ts";
import type { Complaint } from "../workers/index.ts";
import { dataProblem, otherHomeserver } from "./with-data.ts";
import { letHashingYield } from "./yielding-threads.ts";

/** Starts a server in this process, or says in words why there is none. */
export async function startServer(
	config: Config,
	options: StartOptions,
): Promise<
	| { readonly ok: true; readonly countersign: Countersign }
	| { readonly ok: false; readonly complaint: Complaint }
> {
	try {
		const started = await startCountersign(config, options);
		if (started.ok) {
			letHashingYield();
			return started;
		}
		return { ok: false, complaint: { headline: listenProblems[started.reason](config) } };
	} catch (error) {
		const complaint = complaintOf(error, config);
		if (complaint === undefined) throw error;
		return { ok: false, complaint };
	}
}

function complaintOf(error: unknown, config: Config): Complaint | undefined {
	if (error instanceof DataDirectoryInUse) {
		const details = [
			"Stop it first, or give this one its own folder: data in the settings file, or COUNTERSIGN_DATA.",
		];
		return { headline: `Another Countersign is running on ${config.dataDirectory}.`, details };
	}
	if (error instanceof DataDirectoryUnusable)
		return {
			headline: error.message,
			details: ["It is named by data in the settings file, or COUNTERSIGN_DATA."],
		};
	if (error instanceof DatabaseUnavailable) {
		const details = ["It is named by COUNTERSIGN_DATABASE, database or database_file."];
		return { headline: error.message, details, mayPass: true };
	}
	const headline = dataProblem(error, config);
	if (headline === undefined) return undefined;
	// Between its first connection and its last a database goes away as well.
	return { headline, mayPass: error instanceof StorageUnavailable };
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

/** Where the data are, as it is said to who types. */
export function placeOf({ database, dataDirectory }: Pick<Config, "database" | "dataDirectory">): string {
	return database === undefined ? dataDirectory : "The PostgreSQL database of the settings";
}
