/**
 * CLI: what an operator types.
 *
 * Owns the commands, one file each, what they print and their exit codes: 0 done, 1 it could not be done, 2 it was
 * asked for wrongly. Passwords are read from standard input, never from arguments. Leaves the deeds to the
 * composition root and to `operate`, which opens the data beside a running server.
 */
import { parseArgs } from "node:util";
import { askSecret, NoSecret } from "./ask-secret.ts";
import { backup } from "./backup.ts";
import type { Asked, Command, Outside } from "./command.ts";
import { configCheck } from "./config-check.ts";
import { configGenerate } from "./config-generate.ts";
import { configSchema } from "./config-schema.ts";
import { doctor } from "./doctor.ts";
import { usage, usageOf } from "./help.ts";
import { proxy } from "./proxy.ts";
import { serve } from "./serve.ts";
import { sessionsEnd } from "./sessions-end.ts";
import { sessionsList } from "./sessions-list.ts";
import { tokensIssue } from "./tokens-issue.ts";
import { usersCreate } from "./users-create.ts";
import { usersDeactivate } from "./users-deactivate.ts";
import { usersList } from "./users-list.ts";
import { usersLock } from "./users-lock.ts";
import { usersReactivate } from "./users-reactivate.ts";
import { usersSetPassword } from "./users-set-password.ts";
import { usersUnlock } from "./users-unlock.ts";

const commands: readonly Command[] = [
	serve,
	...[configGenerate, configCheck, configSchema, proxy],
	...[usersCreate, usersList, usersSetPassword, usersLock, usersUnlock],
	...[usersDeactivate, usersReactivate],
	...[sessionsList, sessionsEnd, tokensIssue],
	backup,
	doctor,
];

const thisProcess: Outside = {
	environment: process.env,
	out: (text) => void process.stdout.write(text),
	complain: (headline, details = []) =>
		void process.stderr.write(`${[headline, ...details.map((line) => `  ${line}`)].join("\n")}\n`),
	readSecret: askSecret,
};

/** Runs one command line and returns its exit code. */
export async function run(words: readonly string[], outside: Outside = thisProcess): Promise<number> {
	if (words.some((word) => ["help", "--help", "-h"].includes(word))) {
		outside.out(usage(commands));
		return 0;
	}
	const given = words.length === 0 || words[0]?.startsWith("-") ? ["serve", ...words] : words;
	const command = commands.find(({ name }) => name.split(" ").every((word, at) => given[at] === word));
	if (command === undefined) {
		outside.complain(`countersign: unknown command "${words.join(" ")}"\n\n${usage(commands)}`);
		return 2;
	}
	const asked = parse(command, given.slice(command.name.split(" ").length), outside);
	if (!asked.ok) {
		outside.complain(`countersign ${command.name}: ${asked.problem}`, [`Usage: ${usageOf(command)}`]);
		return 2;
	}
	try {
		return await command.run(asked.asked);
	} catch (error) {
		if (!(error instanceof NoSecret)) throw error;
		outside.complain("No password was entered. Nothing was changed.");
		return 2;
	}
}

function parse(
	command: Command,
	args: readonly string[],
	outside: Outside,
): { readonly ok: true; readonly asked: Asked } | { readonly ok: false; readonly problem: string } {
	try {
		const options = { ...command.options, config: { type: "string" } } as const;
		const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
		const missing = command.operands[positionals.length];
		if (missing !== undefined && !missing.startsWith("["))
			return { ok: false, problem: `${missing} is missing` };
		const extra = positionals[command.operands.length];
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
			asked: { ...outside, operands: positionals, option, options: all, flag, configPath: option("config") },
		};
	} catch (error) {
		// `parseArgs` throws for what it does not know, in words meant for who typed it.
		if (!(error instanceof TypeError)) throw error;
		return { ok: false, problem: error.message };
	}
}
