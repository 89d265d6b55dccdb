import type { Command } from "./command.ts";

export function usageOf({ name, operands, usage: options }: Command): string {
	return ["countersign", name, ...operands, options].filter((word) => word !== "").join(" ");
}

/** What `--help` says among those words: the commands they begin, or everything. */
export function helpOn(commands: readonly Command[], words: readonly string[]): string {
	const typed = words.filter((word) => word !== "help" && !word.startsWith("-"));
	const meant = begunBy(commands, typed);
	// `npm start -- --help` is how everything is asked for.
	if (typed.length === 0 || typed[0] === "serve" || meant.length === 0) return usage(commands);
	return `${linesOf(meant)}\n\nEvery command takes --config FILE. All commands and settings: npx countersign --help\n`;
}

/** What is said of words that are no command: those they could begin. All of them would push the mistake off the screen. */
export function unknownCommand(commands: readonly Command[], words: readonly string[]): string {
	const end = words.findIndex((word) => word.startsWith("-"));
	const typed = words.slice(0, end < 0 ? undefined : end);
	const meant = begunBy(commands, typed.slice(0, 1));
	const mistake = `countersign: unknown command "${typed.join(" ")}".`;
	return meant.length === 0
		? `${mistake} See npx countersign --help`
		: `${mistake} There are:\n\n${linesOf(meant)}`;
}

/** The commands whose names those words are, or begin. */
function begunBy(commands: readonly Command[], words: readonly string[]): readonly Command[] {
	return commands.filter(({ name }) =>
		name.split(" ").every((word, at) => words[at] === undefined || words[at] === word),
	);
}

function linesOf(commands: readonly Command[]): string {
	return commands.flatMap((command) => [`  ${usageOf(command)}`, `      ${command.about}`]).join("\n");
}

/** All commands, and the settings that the server has without a file. */
function usage(commands: readonly Command[]): string {
	return `Usage, in Countersign's folder: npm start, or npx countersign COMMAND

${linesOf(commands)}

  Every command takes --config FILE and --help; --version prints the version.
  Exit codes: 0 done, 1 it could not be done, 2 it was asked for wrongly.

Settings stand in countersign.yaml (print one: config generate) or in the environment, which goes first:
  COUNTERSIGN_CONFIG             the settings file               ./countersign.yaml, if there is one
  COUNTERSIGN_HOST               address to listen on            127.0.0.1
  COUNTERSIGN_PORT               port                            8008
  COUNTERSIGN_DATA               folder for the data             data, beside the settings file or here
  COUNTERSIGN_DATABASE           sqlite or a postgres:// URL     sqlite, in the data folder
  COUNTERSIGN_PUBLIC_BASE        address people and apps use     http://localhost:<port>/
  COUNTERSIGN_SERVER_NAME        name of the homeserver          localhost, fixed at the first start
  COUNTERSIGN_OPEN_REGISTRATION  yes or no                       yes while all is loopback
  COUNTERSIGN_LOG_LEVEL          info, warn or error             info
  COUNTERSIGN_METRICS_ALLOW      who may read /metrics           loopback, unless the public base is set
  COUNTERSIGN_TRUSTED_PROXIES    whose X-Forwarded-For counts    nobody's
  COUNTERSIGN_HOMESERVER_SYNAPSE Synapse's address, if beside    none: the built-in homeserver serves
  COUNTERSIGN_EMAIL_HOST         mail server for letters         none: nobody is sent mail
  COUNTERSIGN_EMAIL_FROM         who they are from, beside it
  COUNTERSIGN_OPERATOR_CONTACT   whom people are told to ask     nobody by name
`;
}
