import { loadConfig } from "../config/index.ts";
import { type Command, json } from "./command.ts";
import { table } from "./table.ts";

export const configCheck: Command = {
	name: "config check",
	operands: [],
	options: json,
	usage: "[--json]",
	about: "read the settings without starting anything, and say what they come to",
	async run(asked) {
		const settings = loadConfig(asked.environment, asked.configPath);
		if (!settings.ok) {
			asked.complain("These settings cannot be used:", settings.problems);
			return 2;
		}
		// Whoever sees this output need not be one who may see the database's password, or be Synapse.
		const { database, homeserver, ...shown } = settings.config;
		const facts = {
			file: settings.file,
			...shown,
			database: database === undefined ? "sqlite" : "postgresql",
			homeserver: homeserver?.synapse ?? "embedded",
			...(homeserver !== undefined && {
				homeserverPublicBase: homeserver.publicBase,
				guard: homeserver.guard,
			}),
		};
		asked.out(
			asked.flag("json")
				? `${JSON.stringify(facts, undefined, "\t")}\n`
				: table(
						["SETTING", "VALUE"],
						Object.entries(facts).map(([name, value]) => [name, value === undefined ? "" : String(value)]),
					),
		);
		return 0;
	},
};
