import type { Command } from "./command.ts";

export function usageOf({ name, operands, usage: options }: Command): string {
	return ["countersign", name, ...operands, options].filter((word) => word !== "").join(" ");
}

/** All commands, and the settings that the server has without a file. */
export function usage(commands: readonly Command[]): string {
	const lines = commands.flatMap((command) => [`  ${usageOf(command)}`, `      ${command.about}`]);
	return `Usage: npm start, or npx countersign COMMAND

${lines.join("\n")}

  Every command takes --config FILE. Exit codes: 0 done, 1 it could not be done, 2 it was asked for wrongly.

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
`;
}
