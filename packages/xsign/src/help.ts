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

/** What is said of words that name no command: the nearest one. */
export function unknownCommand(commands: readonly Command[], words: readonly string[]): string {
	const [typed = ""] = words;
	const [nearest] = commands
		.map(({ name }) => ({ name, distance: distance(name.split(" ")[0] ?? "", typed) }))
		.filter(({ distance }) => distance <= 2)
		.sort((one, other) => one.distance - other.distance);
	return nearest === undefined
		? `There is no command "${typed}". All of them: xsign help`
		: `There is no command "${words.join(" ")}". You may mean: xsign ${nearest.name}`;
}

/** How many slips of the fingers two words are apart; one that begins the other is one slip away. */
function distance(name: string, typed: string): number {
	const isPart = typed.length >= 2 && (name.startsWith(typed) || typed.startsWith(name));
	return isPart ? 1 : slips(name, typed);
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
	const column = Math.max(...commands.map(({ name }) => name.length)) + 4;
	const lines = commands.map(({ name, about }) => hanging(name, about, column));
	return `xsign: your Matrix identity from a terminal. Set it up, restore it, replace it,
lose nothing.

Usage: xsign COMMAND [OPTIONS]

${lines.join("\n")}
${hanging("help COMMAND", "what a command does, with examples", column)}

Begin with:  xsign login example.org

Options of every command:
${optionLines(commonOptions)}

Exit codes: 0 done, 1 failed, 2 asked for wrongly, 3 refused by the person,
4 nobody answered in time, 5 the server cannot do it, 6 incomplete (run xsign
resume), 75 approval pending (run xsign resume), 130 stopped.
The state folder is --state, XSIGN_STATE, or ~/.local/state/xsign.
`;
}

function page(command: Command): string {
	const { about, details, options, examples } = command;
	const own = Object.keys(options).length > 0 ? `\nOptions:\n${optionLines(options)}\n` : "";
	const lines = examples.flatMap(([line, why]) => [
		`  ${line}`,
		...wrapped(why, width - 6).map((each) => `      ${each}`),
	]);
	return `${usageOf(command)}
${wrapped(about, width).join("\n")}

${wrapped(details, width).join("\n")}
${own}
Options of every command:
${optionLines(commonOptions)}

Examples:
${lines.join("\n")}
`;
}

function optionLines(options: Readonly<Record<string, Option>>): string {
	return Object.entries(options)
		.map(([name, { value, about }]) =>
			hanging(`--${name}${value === undefined ? "" : ` ${value}`}`, about, 20),
		)
		.join("\n");
}

/** What terminals have at least. */
const width = 80;

/** A word on the left, what it means in a column of its own; below it where the word is too long. */
function hanging(word: string, meaning: string, column: number): string {
	const [first = "", ...rest] = wrapped(meaning, width - column);
	const indent = " ".repeat(column);
	const left = `  ${word}`;
	const lines = left.length < column ? [left.padEnd(column) + first] : [left, indent + first];
	return [...lines, ...rest.map((line) => indent + line)].join("\n");
}

function wrapped(text: string, columns: number): readonly string[] {
	const lines: string[] = [];
	for (const word of text.split(" ")) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + word.length < columns)
			lines[lines.length - 1] = `${last} ${word}`;
		else if (word !== "") lines.push(word);
	}
	return lines;
}
