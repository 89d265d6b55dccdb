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
				: table(["SETTING", "VALUE"], rowsOf(facts, settings.config)),
		);
		if (settings.warnings.length > 0) asked.complain("These settings work, but:", settings.warnings);
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
		undo_days: config.undoDays,
		trusted_proxies: config.trustedProxies,
		"homeserver.synapse": homeserver?.synapse,
		"homeserver.public_base": homeserver?.publicBase,
		"homeserver.guard": homeserver?.guard,
		"operator.contact": config.operatorContact,
		"log.level": config.logLevel,
		"metrics.allow": config.metricsAllow,
	};
}

/** For people: what is not set stands there as what it comes to, or not at all where it means nothing. */
function rowsOf(facts: Readonly<Record<string, unknown>>, { port }: Config): readonly (readonly string[])[] {
	const defaults: Readonly<Record<string, string>> = {
		file: "none",
		public_base: `http://localhost:${port}/ (default)`,
		server_name: "localhost (default, unless the data have another)",
		"homeserver.synapse": "none: the built-in homeserver (default)",
	};
	return Object.entries(facts).flatMap(([name, value]) => {
		const text = value === undefined ? defaults[name] : inWords(value);
		return text === undefined ? [] : [[name, text]];
	});
}

function inWords(value: unknown): string {
	if (typeof value === "boolean") return value ? "yes" : "no";
	return Array.isArray(value) ? value.join(", ") || "none" : String(value);
}
