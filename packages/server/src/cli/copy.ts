import { resolve } from "node:path";
import { type CopyOutcome, copyStorage, DatabaseInUse, DataDirectoryInUse } from "../storage/index.ts";
import type { Command, ExitCode } from "./command.ts";
import { dataProblem, settingsOf } from "./with-data.ts";

export const copy: Command = {
	name: "copy",
	operands: [],
	options: { to: { type: "string" } },
	usage: "--to postgres://... | --to FOLDER",
	about:
		"copy all data from SQLite to PostgreSQL or back, while no server runs on either, and compare every row; typed again after it was broken off, it goes on",
	async run(asked): Promise<ExitCode> {
		const to = asked.option("to") ?? "";
		const config = settingsOf(asked);
		if (typeof config === "number") return config;
		const isDatabase = /^postgres(ql)?:\/\//.test(to);
		if (to === "" || isDatabase === (config.database !== undefined)) {
			asked.complain(
				config.database === undefined
					? "countersign copy: --to postgres://... is expected: the data of these settings are in SQLite. For another file, countersign backup."
					: "countersign copy: --to FOLDER is expected: the data of these settings are in PostgreSQL. For another database, pg_dump.",
			);
			return 2;
		}
		const { database = to, dataDirectory } = config;
		const directory = isDatabase ? dataDirectory : resolve(to);
		try {
			const done = await copyStorage({ from: isDatabase ? "folder" : "database", directory, database });
			if (!done.ok) {
				asked.complain(refusals[done.reason](done));
				return 1;
			}
			asked.out(
				`${done.rows} rows in ${done.tables} tables were copied, and each was compared. Now name the copy in the settings (${isDatabase ? "database" : "data, and database: sqlite"}), and start the server. The original is as it was: put it where nobody starts a server on it.\n`,
			);
			return 0;
		} catch (error) {
			const words = wordsOf(error) ?? dataProblem(error, config);
			if (words === undefined) throw error;
			asked.complain(words);
			return 1;
		}
	},
};

function wordsOf(error: unknown): string | undefined {
	if (error instanceof DataDirectoryInUse) return `A server runs on the data: ${error.message}. Stop it.`;
	if (error instanceof DatabaseInUse) return "A server, or a command, works on the database. Stop it.";
	return undefined;
}

const refusals: Readonly<
	Record<Extract<CopyOutcome, { ok: false }>["reason"], (of: Extract<CopyOutcome, { ok: false }>) => string>
> = {
	"no-server": () => "There is nothing to copy: no server was ever started on these data.",
	"source-outdated": () =>
		"The data are of another version than this command. Start this version's server on them once, and stop it.",
	"not-empty": () => "There are other data in that place already. Nothing was changed there.",
	"not-equal": (of) =>
		`Not everything arrived as it is here${"table" in of ? `: the table ${of.table} differs` : ""}. The copy is not finished, and no server starts on it.`,
};
