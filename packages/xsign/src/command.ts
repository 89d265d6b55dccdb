import type { Report } from "./report/index.ts";
import type { StateFolder } from "./state/index.ts";

/** The world outside of the command. */
export interface Outside {
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** The person's own folder. */
	readonly home: string;
	readonly out: (text: string) => void;
	readonly complain: (text: string) => void;
	/** Whether a person sits there, who reads and can be asked. */
	readonly isTerminal: boolean;
	/** Whether lines may be drawn over, and coloured. */
	readonly showsMotion: boolean;
	readonly columns: () => number;
	/** A secret: typed without being shown, or the first line of what is piped in. */
	readonly askSecret: (question: string) => Promise<string>;
	/** @param over calls the question off, beside Ctrl-C */
	readonly askLine: (question: string, over?: AbortSignal) => Promise<string>;
	/** Ctrl-C. Its reason is the exit code. */
	readonly signal: AbortSignal;
	/** Epoch milliseconds. */
	readonly now: () => number;
}

/** What a command is given. */
export interface Asked extends Pick<Outside, "isTerminal" | "askSecret" | "askLine" | "signal" | "now"> {
	/** What stands behind the command's name; undefined where it may be left out and was. */
	readonly operand: string | undefined;
	/** The value of an option; undefined when it was not given. */
	option(name: string): string | undefined;
	/** Whether a flag was given. */
	flag(name: string): boolean;
	readonly state: StateFolder;
	readonly report: Report;
}

/** An option, and how the help writes it. */
export interface Option {
	/** What its value is called, in capitals; a flag has none. */
	readonly value?: string;
	readonly about: string;
}

export interface Command {
	/** As it is typed. */
	readonly name: string;
	/** What stands behind the name, in capitals; in brackets where it may be left out. */
	readonly operand?: string;
	readonly options: Readonly<Record<string, Option>>;
	/** One line for the list of commands. */
	readonly about: string;
	/** What it does and what it leaves alone, for `help COMMAND`. */
	readonly details: string;
	/** Command lines, each with what it is for. */
	readonly examples: readonly (readonly [line: string, why: string])[];
	/** Returns when it is done. @throws `Refusal`, and errors of `@countersign/client` */
	run(asked: Asked): Promise<void>;
}

/** Options that every command takes. */
export const commonOptions = {
	state: { value: "FOLDER", about: "where the session and its keys are kept" },
	json: { about: "one JSON object a line instead of words, for programs" },
	"show-url": { about: "with --json: web addresses and codes too, which are secret" },
	help: { about: "what this command does, with examples" },
} as const satisfies Record<string, Option>;
