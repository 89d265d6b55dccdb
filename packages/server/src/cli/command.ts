import type { ParseArgsOptionsConfig } from "node:util";
import type { Operator } from "../audit/index.ts";
import type { Environment } from "../config/index.ts";

/** The world outside of a command. */
export interface Outside {
	readonly environment: Environment;
	/** What was asked for. */
	out(text: string): void;
	/** What went wrong, and what to do. */
	complain(headline: string, details?: readonly string[]): void;
	/** A secret: typed without being shown, or the first line of what is piped in. */
	readSecret(question: string): Promise<string>;
}

export interface Asked extends Outside {
	/** Who types. */
	readonly operator: Operator;
	/** One for each name in `Command.operands`; those in brackets may be missing, and of one with dots there may be more. */
	readonly operands: readonly string[];
	/** The value of an option; undefined when it was not given. */
	option(name: string): string | undefined;
	/** The values of an option that may be given more than once. */
	options(name: string): readonly string[];
	/** Whether a flag was given. */
	flag(name: string): boolean;
	/** The settings file that was named, for all commands alike. */
	readonly configPath: string | undefined;
}

/** 0 done, 1 it could not be done, 2 it was asked for wrongly. */
export type ExitCode = 0 | 1 | 2;

export interface Command {
	/** As it is typed: `users create`. */
	readonly name: string;
	/** What stands behind the name, in capitals; each has to be given, unless it is in brackets. `...` in the last: or more. */
	readonly operands: readonly string[];
	readonly options: ParseArgsOptionsConfig;
	/** How the options are written, for the help. */
	readonly usage: string;
	/** One line for the help. */
	readonly about: string;
	run(asked: Asked): Promise<ExitCode>;
}

export const json = { json: { type: "boolean" } } as const satisfies ParseArgsOptionsConfig;
