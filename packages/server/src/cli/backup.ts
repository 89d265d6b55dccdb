import { backupSqlite } from "../storage/index.ts";
import type { Command } from "./command.ts";
import { dataProblem, settingsOf } from "./with-data.ts";

export const backup: Command = {
	name: "backup",
	operands: ["FILE"],
	options: {},
	usage: "",
	about: "copy the database to a new file, also while the server runs",
	async run(asked) {
		const [file = ""] = asked.operands;
		const config = settingsOf(asked);
		if (typeof config === "number") return config;
		if (config.database !== undefined) {
			asked.complain("PostgreSQL is backed up by its own tools, like pg_dump.");
			return 2;
		}
		try {
			const made = await backupSqlite(config.dataDirectory, file);
			if (made.ok) {
				asked.out(`Everything is in ${file}. Keep it as safe as the data: it holds the server's own key.\n`);
				return 0;
			}
			asked.complain(refusals[made.reason], [file]);
			return 1;
		} catch (error) {
			const words = dataProblem(error, config);
			if (words === undefined) throw error;
			asked.complain(words);
			return 1;
		}
	},
};

const refusals = {
	"file-exists": "There is such a file already, or half of one (.partial). Nothing was replaced:",
	"folder-unusable": "The file cannot be written there:",
	"disk-full": "The disk is full. Nothing of the copy was kept:",
} as const;
