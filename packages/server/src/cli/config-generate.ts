import { readConfig, settingsTemplate } from "../config/index.ts";
import { random } from "../installation.ts";
import type { Asked, Command, ExitCode } from "./command.ts";
import { type BesideSynapse, filesBesideSynapse } from "./config-generate-files.ts";
import { writeNewFiles } from "./write-new-files.ts";

/** The options, and the setting each becomes. */
const settingOf = new Map([
	["synapse", "COUNTERSIGN_HOMESERVER_SYNAPSE"],
	["server-name", "COUNTERSIGN_SERVER_NAME"],
	["public-base", "COUNTERSIGN_PUBLIC_BASE"],
	["homeserver-base", "COUNTERSIGN_HOMESERVER_PUBLIC_BASE"],
]);
const required = ["synapse", "server-name", "public-base"];

export const configGenerate: Command = {
	name: "config generate",
	operands: ["[DIR]"],
	options: Object.fromEntries([...settingOf.keys()].map((name) => [name, { type: "string" }])),
	usage: "[--synapse URL --server-name NAME --public-base URL [--homeserver-base URL]]",
	about:
		"print a settings file in which everything is explained; or write to DIR what it takes beside a Synapse",
	async run(asked) {
		const [folder] = asked.operands;
		if (folder !== undefined) return generateBesideSynapse(folder, asked);
		const given = [...settingOf.keys()].find((name) => asked.option(name) !== undefined);
		if (given === undefined) {
			asked.out(settingsTemplate());
			return 0;
		}
		asked.complain(`countersign config generate: --${given} is given without DIR, the folder to write to.`);
		return 2;
	},
};

async function generateBesideSynapse(folder: string, asked: Asked): Promise<ExitCode> {
	const missing = required.filter((name) => (asked.option(name) ?? "") === "");
	if (missing.length > 0) {
		const details = missing.map((name) => `--${name} is missing`);
		asked.complain("countersign config generate: what Synapse is this beside?", details);
		return 2;
	}
	const secret = random.token(32);
	const read = readOptions(asked, secret);
	if (!read.ok) {
		asked.complain("countersign config generate: these files would not be taken:", read.problems);
		return 2;
	}
	const files = filesBesideSynapse({ ...read.wanted, folder });
	const written = await writeNewFiles(files.all);
	if (!written.ok) {
		asked.complain("Nothing was written.", [written.problem]);
		return 1;
	}
	asked.out(files.nextSteps);
	return 0;
}

function readOptions(
	asked: Asked,
	secret: string,
):
	| { readonly ok: true; readonly wanted: Omit<BesideSynapse, "folder"> }
	| { readonly ok: false; readonly problems: readonly string[] } {
	const settings = [...settingOf].map(([option, name]) => [name, asked.option(option)] as const);
	const read = readConfig({ ...Object.fromEntries(settings), COUNTERSIGN_HOMESERVER_SECRET: secret });
	if (!read.ok) return { ok: false, problems: read.problems.map(withOptionNames) };
	const { serverName, publicBase, homeserver } = read.config;
	if (serverName === undefined || publicBase === undefined || homeserver === undefined)
		throw new Error("required settings were taken without being there");
	return { ok: true, wanted: { serverName, publicBase, homeserver } };
}

function withOptionNames(problem: string): string {
	return [...settingOf].reduce((text, [option, setting]) => text.replace(setting, `--${option}`), problem);
}
