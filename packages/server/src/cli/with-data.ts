import { StorageUnavailable } from "@countersign/core";
import { type Config, loadConfig } from "../config/index.ts";
import { readName } from "../identifiers/index.ts";
import { scrubbedWords } from "../log/index.ts";
import { HomeserverDiffers, type OperatorParts, operate } from "../operate.ts";
import type { Account } from "../people/index.ts";
import {
	DatabaseDamaged,
	DatabaseUnavailable,
	DataDirectoryUnusable,
	NoData,
	OtherVersionRuns,
} from "../storage/index.ts";
import type { Asked, ExitCode } from "./command.ts";

/** The settings, or the exit code after every mistake in them was named. */
export function settingsOf(asked: Asked): Config | ExitCode {
	const settings = loadConfig(asked.environment, asked.configPath);
	if (settings.ok) return settings.config;
	asked.complain("These settings cannot be used:", settings.problems);
	return 2;
}

/** Does the work on the data, beside the server if one runs; says in words why it cannot. */
export async function withData(
	asked: Asked,
	work: (parts: OperatorParts) => Promise<ExitCode>,
): Promise<ExitCode> {
	const config = settingsOf(asked);
	if (typeof config === "number") return config;
	try {
		return await operate(config, work);
	} catch (error) {
		const words = dataProblem(error, config);
		if (words === undefined) throw error;
		asked.complain(words);
		return 1;
	}
}

/** Does the work on one person's account, which has to exist; `name` is theirs, or their user id. */
export function withAccount(
	asked: Asked,
	name: string,
	work: (parts: OperatorParts, account: Account) => Promise<ExitCode>,
): Promise<ExitCode> {
	return withData(asked, async (parts) => {
		const named = readName(name, parts.serverName);
		const account = named.ok ? await parts.people.byName(named.written) : undefined;
		if (account !== undefined) return work(parts, account);
		asked.complain(
			named.ok ? `There is no user ${JSON.stringify(name)}.` : elsewhere(name, parts.serverName),
		);
		return 1;
	});
}

/** A user id of another server was typed. */
export function elsewhere(name: string, serverName: string): string {
	return `This is ${serverName}; ${JSON.stringify(name)} is on another server.`;
}

export function dataProblem(
	error: unknown,
	{ dataDirectory, database }: Pick<Config, "dataDirectory" | "database">,
): string | undefined {
	const place = database === undefined ? dataDirectory : "the database";
	if (error instanceof NoData)
		return `There are no data in ${place} yet. Start the server once, or name the right place in the settings.`;
	if (error instanceof OtherVersionRuns)
		return "The running server is of another version than this command. Restart it, or use the command it came with.";
	if (error instanceof HomeserverDiffers) return otherHomeserver(place);
	if (error instanceof DataDirectoryUnusable) return error.message;
	if (error instanceof DatabaseDamaged)
		return `${error.message}. Restore a backup: docs/operating.md, Backup and restore.`;
	if (error instanceof DatabaseUnavailable) return error.message;
	if (error instanceof StorageUnavailable) return brokenOff(place, error.cause);
	return undefined;
}

/** What was sent may have arrived although nothing came back. The cause is in words of others, who quote what they were sent. */
function brokenOff(place: string, cause: unknown): string {
	const why = cause instanceof Error && cause.message !== "" ? ` (${scrubbedWords(cause.message)})` : "";
	return `No answer came from ${place}, or it cannot work at the moment${why}. Look whether it was done before you try again.`;
}

/** One sentence for the server and for every command. */
export function otherHomeserver(place: string): string {
	return `${place} belongs to an installation with the other kind of homeserver, where people's devices and keys are: the built-in one and Synapse cannot take each other's place. Put homeserver.synapse back as it was, or name other data.`;
}
