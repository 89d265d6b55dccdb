import { parseArgs } from "node:util";
import { type Command, commonOptions, type Option } from "./command.ts";
import { Refusal } from "./refusal.ts";

/** What was typed behind a command's name. */
export interface Words {
	readonly operand: string | undefined;
	option(name: string): string | undefined;
	flag(name: string): boolean;
}

/** Reads it. @throws `usage`, in words meant for whoever typed it */
export function readWords(command: Command, args: readonly string[]): Words {
	const all: Readonly<Record<string, Option>> = { ...commonOptions, ...command.options };
	const options = Object.fromEntries(
		Object.entries(all).map(([name, { value }]) => {
			return [name, { type: value === undefined ? "boolean" : "string" }] as const;
		}),
	);
	try {
		const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
		const [operand, ...extra] = positionals;
		const tooMuch = command.operand === undefined ? operand : extra[0];
		if (tooMuch !== undefined) throw new Refusal("usage", { problem: `"${tooMuch}" is too much.` });
		const given = new Map<string, unknown>(Object.entries(values));
		return {
			operand,
			option(name) {
				const value = given.get(name);
				return typeof value === "string" ? value : undefined;
			},
			flag: (name) => given.get(name) === true,
		};
	} catch (error) {
		// `parseArgs` throws for what it does not know, in words for who writes programs.
		if (!(error instanceof TypeError)) throw error;
		throw new Refusal("usage", { problem: problemOf(error, command, all) });
	}
}

function problemOf(
	{ message }: TypeError,
	{ operand }: Command,
	options: Readonly<Record<string, Option>>,
): string {
	const name = /'(?:-\w, )?(--?[^\s'=]+)/.exec(message)?.[1];
	if (name === undefined) return message;
	const known = options[name.replace(/^-+/, "")];
	// No option has a single dash: who typed one may have meant an id, which can begin so.
	if (known === undefined && operand !== undefined && !name.startsWith("--"))
		return `There is no option ${name}. A ${operand} that begins with - stands last, behind -- and a space.`;
	if (known === undefined) return `There is no option ${name}.`;
	if (known.value === undefined) return `${name} takes no value.`;
	return `${name} needs a value: ${name} ${known.value}; one that begins with - is written ${name}=VALUE.`;
}
