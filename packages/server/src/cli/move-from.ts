import { existsSync, writeFileSync } from "node:fs";
import type { ParseArgsOptionsConfig } from "node:util";
import { checkMove, type MoveOutcome, type Moving, rehearseMove, runMove } from "../move.ts";
import { compareMove, type MoveComparison, shadowMove } from "../move-compare.ts";
import type { Origin } from "../move-origin.ts";
import {
	acceptable,
	type Comparison,
	comparisonText,
	isAcceptable,
	type Report,
	reasons,
	reportCsv,
	reportJson,
	reportText,
	sampleText,
} from "../moving/index.ts";
import { SourceUnusable } from "../storage/index.ts";
import type { Asked, Command, ExitCode } from "./command.ts";
import { publicSealOf } from "./seal-file.ts";
import { withMoveData } from "./with-move-data.ts";

/** Where people come from, as its commands name it. */
export interface From {
	/** Behind `move`. */
	readonly name: string;
	/** What the operator calls it. */
	readonly called: string;
	/** Its settings file, as the usage names it. */
	readonly operand: string;
	read(paths: readonly string[]): { readonly ok: true; readonly origin: Origin } | Unreadable;
	/** What to do where these refuse. */
	readonly refusals: Readonly<Record<"source-runs" | "jobs-waiting" | "passwords-differ", string>>;
}

interface Unreadable {
	readonly ok: false;
	readonly problems: readonly string[];
}

const also = { also: { type: "string", multiple: true } } as const satisfies ParseArgsOptionsConfig;
const alsoUsage = "[--also FILE ...]";
const options = {
	...also,
	accept: { type: "string", multiple: true },
	report: { type: "string" },
} as const satisfies ParseArgsOptionsConfig;
const usage = "[--also FILE ...] [--accept REASON ...] [--report FILE]";

/** The commands by which people come from there. */
export function moveFrom(from: From): readonly Command[] {
	const { operand } = from;
	const told = (asked: Asked, outcome: MoveOutcome, done: string) => tell(asked, { from, outcome, done });
	return [
		{
			name: `move ${from.name} check`,
			operands: [operand],
			options,
			usage,
			about: `what would become of everybody in ${from.called}'s database, which is only read; --also names further settings files of ${from.called}, --report a file for all names (.csv or .json)`,
			run: (asked) =>
				withMoving(asked, from, async (moving) => told(asked, await checkMove(moving), "This would happen")),
		},
		{
			name: `move ${from.name} rehearse`,
			operands: [operand],
			options,
			usage,
			about: `the whole move into a folder that is thrown away, with its time; ${from.called} may run meanwhile`,
			run: (asked) =>
				withMoving(asked, from, async (moving) => told(asked, await rehearseMove(moving), "This was tried")),
		},
		{
			name: `move ${from.name} shadow`,
			operands: [operand],
			options: also,
			usage: alsoUsage,
			about: `the whole move into a folder that is thrown away, and every live token of ${from.called} asked of it: what differs, by kind; for every night before the switch`,
			run: (asked) =>
				withMoving(asked, from, async ({ origin, onProgress }) =>
					differing(asked, await shadowMove(origin, onProgress)),
				),
		},
		{
			name: `move ${from.name} compare`,
			operands: [operand],
			options: also,
			usage: alsoUsage,
			about: `every live token of ${from.called}, which is stopped, asked of Countersign's data after the switch, and a hundred of them of the running Countersign; before anybody is let in, nothing differs`,
			run: (asked) =>
				withMoving(asked, from, ({ origin }) =>
					withMoveData(asked, async (config) => {
						const compared = await compareMove(config, origin);
						if (compared !== undefined) return bothDiffering(asked, compared);
						asked.complain(`Nobody was switched over from ${from.called} to these data.`);
						return 1;
					}),
				),
		},
		{
			name: `move ${from.name} run`,
			operands: [operand],
			options: { ...options, switch: { type: "boolean" }, seal: { type: "string" } },
			usage: `[--switch [--seal FILE]] ${usage}`,
			about: `copy everybody, or what has changed since the last time, while ${from.called} runs and Countersign does not; with --switch, while ${from.called} is stopped, for the last time: Countersign serves them from then on. --seal makes a key in FILE by which move back brings along who signs in until move settle`,
			run: (asked) =>
				withMoving(asked, from, (moving) =>
					withMoveData(asked, async (config) => {
						const switchOver = asked.flag("switch");
						const file = asked.option("seal");
						if (file !== undefined && !switchOver) {
							asked.complain(`countersign move ${from.name} run: --seal goes with --switch`);
							return 2;
						}
						const sealed = file === undefined ? undefined : await publicSealOf(file, config.dataDirectory);
						if (sealed?.ok === false) {
							asked.complain(sealed.problem);
							return 1;
						}
						const outcome = await runMove(config, { ...moving, switchOver, sealTo: sealed?.made });
						const done = switchOver ? "Everybody is here. Start Countersign, then Synapse" : "Copied";
						return told(asked, outcome, done);
					}),
				),
		},
	];
}

function differing(asked: Asked, compared: Comparison): ExitCode {
	asked.out(comparisonText(compared));
	return compared.different.length === 0 ? 0 : 1;
}

function bothDiffering(asked: Asked, { all, running }: MoveComparison): ExitCode {
	const ofData = differing(asked, all);
	if ("silent" in running) {
		asked.out(`Countersign does not answer (${running.silent}): its data alone were asked.\n`);
		return ofData;
	}
	asked.out(sampleText(running));
	return running.different.length === 0 ? ofData : 1;
}

async function withMoving(
	asked: Asked,
	from: From,
	work: (moving: Moving) => Promise<ExitCode>,
): Promise<ExitCode> {
	const accepted = asked.options("accept") ?? [];
	const unknown = accepted.find((reason) => !isAcceptable(reason));
	if (unknown !== undefined) {
		asked.complain(`--accept ${JSON.stringify(unknown)} is no reason; there are: ${acceptable.join(", ")}`);
		return 2;
	}
	const there = from.read([asked.operands[0] ?? "", ...asked.options("also")]);
	if (!there.ok) {
		asked.complain(`${from.called}'s settings cannot be used:`, there.problems);
		return 1;
	}
	try {
		const { origin } = there;
		return await work({ origin, accepted: accepted.filter(isAcceptable), onProgress: () => {} });
	} catch (error) {
		if (!(error instanceof SourceUnusable)) throw error;
		asked.complain(`${from.called}'s database cannot be used:`, [error.message]);
		return 1;
	}
}

interface Telling {
	readonly from: From;
	readonly outcome: MoveOutcome;
	readonly done: string;
}

function tell(asked: Asked, { from, outcome, done }: Telling): ExitCode {
	if (!outcome.ok) {
		if (outcome.reason !== "not-accepted") {
			asked.complain({ ...refusals(from.called), ...from.refusals }[outcome.reason]);
			return 1;
		}
		asked.out(reportText(outcome.report));
		const isKept = keep(asked, outcome.report);
		asked.complain(
			`Nothing is moved until you have agreed to this, or changed it at ${from.called}:`,
			outcome.stopping.map((reason) => `--accept ${reason}: somebody ${reasons[reason].means}`),
		);
		return isKept ? 1 : 2;
	}
	asked.out(`${done} (${Math.round(outcome.tookMs / 100) / 10} s).\n\n${reportText(outcome.report)}`);
	return keep(asked, outcome.report) ? 0 : 2;
}

/** Writes everybody's line, where a file is named; never over one that is there. */
function keep(asked: Asked, report: Report): boolean {
	const file = asked.option("report");
	if (file === undefined) return true;
	if (existsSync(file)) {
		asked.complain(`There is such a file already, which was left as it is: ${file}`);
		return false;
	}
	const text = file.endsWith(".json") ? reportJson(report) : reportCsv(report);
	writeFileSync(file, text, { mode: 0o600, flag: "wx" });
	asked.out(`Everybody by name: ${file}\n`);
	return true;
}

const refusals = (called: string) => ({
	"switched-before":
		"These people were switched over before. Another copy would bring back devices that were signed out since, so nothing was done.",
	"in-use": `There are accounts in Countersign's data already that did not come from ${called}. People can move into data that are empty.`,
	"server-runs": "Countersign runs on these data. Stop it: it is started when everybody is here.",
	"server-name-differs": `Countersign's settings or data are of a server of another name than ${called}'s.`,
	"public-base-differs": `Countersign's public_base is another address than ${called}'s. Apps know their server by it: write the same there.`,
	"homeserver-differs":
		"Countersign's settings name no Synapse (homeserver.synapse), or its data belong to the built-in homeserver.",
});
