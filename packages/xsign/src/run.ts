import type { Asked, Command, Outside } from "./command.ts";
import { commands } from "./commands/index.ts";
import { failureOf } from "./failure.ts";
import { commandOf, helpOn, unknownCommand, usageOf } from "./help.ts";
import { readManifest } from "./manifest.ts";
import { readWords, type Words } from "./read-words.ts";
import { Refusal } from "./refusal.ts";
import { type Report, reportInJson, reportToPeople } from "./report/index.ts";
import { openStateFolder, stateFolderOf } from "./state/index.ts";
import { exitCodes } from "./words/index.ts";

/** Runs one command line and returns its exit code. */
export async function run(typed: readonly string[], outside: Outside): Promise<number> {
	const [first] = typed;
	if (first === "--version") {
		outside.out(`xsign ${readManifest().version}\n`);
		return exitCodes.done;
	}
	if (first === undefined || first === "help" || typed.includes("--help") || typed.includes("-h")) {
		outside.out(helpOn(commands, first === "help" ? typed.slice(1) : typed));
		return first === undefined ? exitCodes.usage : exitCodes.done;
	}
	// Before anything else is known, a program is to read JSON where it asked for it.
	const report = reportFor(outside, {
		json: typed.includes("--json"),
		showUrl: typed.includes("--show-url"),
	});
	const command = commandOf(commands, typed);
	try {
		if (command === undefined) throw new Refusal("usage", { problem: unknownCommand(commands, typed) });
		const words = readWords(command, typed.slice(command.name.split(" ").length));
		await command.run(askedOf(outside, words, report));
		return exitCodes.done;
	} catch (error) {
		const failed = failureOf(error, outside.signal, hintFor(command));
		report.tell(failed);
		return failed.exit;
	} finally {
		report.close();
	}
}

function hintFor(command: Command | undefined): readonly string[] {
	return command === undefined
		? []
		: [`Usage: ${usageOf(command)}`, `With examples:  xsign help ${command.name}`];
}

function reportFor(
	outside: Outside,
	{ json, showUrl }: { readonly json: boolean; readonly showUrl: boolean },
): Report {
	return json ? reportInJson(outside.out, { showUrl }) : reportToPeople(outside);
}

function askedOf(outside: Outside, words: Words, report: Report): Asked {
	const { isTerminal, signal, now } = outside;
	const state = openStateFolder(stateFolderOf(words.option("state"), outside));
	// Nothing moves on the line where somebody types.
	const asking =
		<T extends unknown[]>(ask: (...given: T) => Promise<string>) =>
		(...given: T) => {
			report.close();
			return ask(...given);
		};
	const [askSecret, askLine] = [asking(outside.askSecret), asking(outside.askLine)];
	return { ...words, isTerminal, askSecret, askLine, signal, now, state, report };
}
