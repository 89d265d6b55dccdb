import { type Config, loadConfig } from "../config/index.ts";
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
		const facts = { file: settings.file, ...named(settings.config) };
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

/**
 * By the names of the settings. Whoever sees this output need not be one who may see the database's password, or be
 * Synapse.
 */
function named(config: Config) {
	const { homeserver } = config;
	return {
		host: config.host,
		port: config.port,
		data: config.dataDirectory,
		database: config.database === undefined ? "sqlite" : "postgresql",
		public_base: config.publicBase,
		server_name: config.serverName,
		open_registration: config.openRegistration,
		trusted_proxies: config.trustedProxies,
		"homeserver.synapse": homeserver?.synapse,
		"homeserver.public_base": homeserver?.publicBase,
		"homeserver.guard": homeserver?.guard,
		"log.level": config.logLevel,
		"metrics.allow": config.metricsAllow,
	};
}
