import { parseArgs } from "node:util";
import type { Asked, Command, Outside } from "./command.ts";
import { operatorOf } from "./operator-of.ts";

/** Reads what stands behind a command's name; refuses in words meant for who typed it. */
export function readWords(
	command: Command,
	args: readonly string[],
	outside: Outside,
): { readonly ok: true; readonly asked: Asked } | { readonly ok: false; readonly problem: string } {
	const options = { ...command.options, config: { type: "string" } } as const;
	try {
		const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
		const missing = command.operands[positionals.length];
		if (missing !== undefined && !missing.startsWith("["))
			return { ok: false, problem: `${missing} is missing` };
		const takesAll = command.operands.at(-1)?.includes("...") ?? false;
		const extra = takesAll ? undefined : positionals[command.operands.length];
		if (extra !== undefined) return { ok: false, problem: `"${extra}" is too much` };
		const given: readonly (readonly [string, unknown])[] = Object.entries(values);
		const option = (name: string) => {
			const value = given.find(([key]) => key === name)?.[1];
			return typeof value === "string" ? value : undefined;
		};
		const all = (name: string) => {
			const value = given.find(([key]) => key === name)?.[1];
			return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
		};
		const flag = (name: string) => given.some(([key, value]) => key === name && value === true);
		return {
			ok: true,
			asked: {
				...outside,
				operator: operatorOf(outside.environment),
				configPath: option("config"),
				operands: positionals,
				option,
				options: all,
				flag,
			},
		};
	} catch (error) {
		// `parseArgs` throws for what it does not know.
		if (!(error instanceof TypeError)) throw error;
		return { ok: false, problem: problemOf(error, options) };
	}
}

/** Its own words are for who writes programs: they speak of positional arguments and have several lines. */
function problemOf(error: TypeError, options: Command["options"]): string {
	const name = /'(--?[^\s']+)/.exec(error.message)?.[1];
	if (name === undefined) return error.message;
	const known = options[name.replace(/^-+/, "")];
	if (known === undefined) return `unknown option ${name}`;
	if (known.type === "boolean") return `${name} takes no value`;
	return `${name} needs a value; one that begins with - is written ${name}=VALUE`;
}
