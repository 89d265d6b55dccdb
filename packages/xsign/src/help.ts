import { type Command, commonOptions, type Option } from "./command.ts";

/** As it is typed. */
export function usageOf({ name, operand, options }: Command): string {
	const words = ["xsign", name, operand ?? "", Object.keys(options).length > 0 ? "[OPTIONS]" : ""];
	return words.filter((word) => word !== "").join(" ");
}

/** What `help` says with those words behind it: about one command or, where they name none, about all. */
export function helpOn(commands: readonly Command[], words: readonly string[]): string {
	const command = commandOf(commands, words);
	return command === undefined ? overview(commands) : page(command);
}

/** The command that these words name, with others behind it perhaps. */
export function commandOf(commands: readonly Command[], words: readonly string[]): Command | undefined {
	return commands.find(({ name }) => name.split(" ").every((word, at) => words[at] === word));
}

/** What is said of words that name no command: the nearest ones. */
export function unknownCommand(commands: readonly Command[], words: readonly string[]): string {
	const [typed = ""] = words;
	const meant = commands.filter(({ name }) => isNear(name.split(" ")[0] ?? "", typed));
	const [one] = meant;
	return one === undefined
		? `There is no command "${typed}". All of them: xsign help`
		: `There is no command "${words.join(" ")}". You may mean: xsign ${one.name}`;
}

/** Whether one begins the other, or they are two slips of the fingers apart. */
function isNear(name: string, typed: string): boolean {
	if (typed.length >= 2 && (name.startsWith(typed) || typed.startsWith(name))) return true;
	return Math.abs(name.length - typed.length) <= 2 && slips(name, typed) <= 2;
}

function slips(one: string, other: string): number {
	let row = Array.from({ length: other.length + 1 }, (_, at) => at);
	for (let y = 1; y <= one.length; y++) {
		const next = [y];
		for (let x = 1; x <= other.length; x++) {
			const same = (row[x - 1] ?? 0) + (one[y - 1] === other[x - 1] ? 0 : 1);
			next.push(Math.min(same, (row[x] ?? 0) + 1, (next[x - 1] ?? 0) + 1));
		}
		row = next;
	}
	return row[other.length] ?? 0;
}

function overview(commands: readonly Command[]): string {
	const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
	const lines = commands.map(({ name, about }) => `  ${name.padEnd(width)}${about}`);
	return `xsign: your Matrix identity from a terminal. Set it up, restore it, replace it, lose nothing.

Usage: xsign COMMAND [OPTIONS]

${lines.join("\n")}
  ${"help COMMAND".padEnd(width)}what a command does, with examples

Begin with: xsign login example.org

Options of every command:
${optionLines(commonOptions)}

Exit codes: 0 done, 1 failed, 2 asked for wrongly, 3 refused by the person, 4 nobody answered in time,
5 the server cannot do it, 6 incomplete (run xsign resume), 75 approval pending (run xsign resume),
130 stopped. The state folder is --state, XSIGN_STATE, or ~/.local/state/xsign.
`;
}

function page(command: Command): string {
	const { about, details, options, examples } = command;
	const own = Object.keys(options).length > 0 ? `\nOptions:\n${optionLines(options)}\n` : "";
	const lines = examples.flatMap(([line, why]) => [`  ${line}`, ...(why === "" ? [] : [`      ${why}`])]);
	return `${usageOf(command)}: ${about}

${details}
${own}
Options of every command:
${optionLines(commonOptions)}

Examples:
${lines.join("\n")}
`;
}

function optionLines(options: Readonly<Record<string, Option>>): string {
	return Object.entries(options)
		.flatMap(([name, { value, about }]) => {
			const left = `  --${name}${value === undefined ? "" : ` ${value}`}`;
			return left.length < 22 ? [`${left.padEnd(22)}${about}`] : [left, `${" ".repeat(22)}${about}`];
		})
		.join("\n");
}
