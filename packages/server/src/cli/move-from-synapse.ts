import { existsSync, writeFileSync } from "node:fs";
import type { ParseArgsOptionsConfig } from "node:util";
import { checkMove, type MoveOutcome, type Moving, rehearseMove, runMove } from "../move.ts";
import {
	acceptable,
	isAcceptable,
	type Report,
	readSynapseSettings,
	reasons,
	reportCsv,
	reportJson,
	reportText,
} from "../moving/index.ts";
import { SourceUnusable } from "../storage/index.ts";
import type { Asked, Command, ExitCode } from "./command.ts";
import { withMoveData } from "./with-move-data.ts";

const options = {
	also: { type: "string", multiple: true },
	accept: { type: "string", multiple: true },
	report: { type: "string" },
} as const satisfies ParseArgsOptionsConfig;
const usage = "[--also FILE ...] [--accept REASON ...] [--report FILE]";

const check: Command = {
	name: "move from-synapse check",
	operands: ["HOMESERVER_YAML"],
	options,
	usage,
	about:
		"what would become of everybody in Synapse's database, which is only read; --also names further settings files of Synapse, --report a file for all names (.csv or .json)",
	run: (asked) =>
		withMoving(asked, async (moving) => told(asked, await checkMove(moving), "This would happen")),
};

const rehearse: Command = {
	name: "move from-synapse rehearse",
	operands: ["HOMESERVER_YAML"],
	options,
	usage,
	about: "the whole move into a folder that is thrown away, with its time; Synapse may run meanwhile",
	run: (asked) =>
		withMoving(asked, async (moving) => told(asked, await rehearseMove(moving), "This was tried")),
};

const run: Command = {
	name: "move from-synapse run",
	operands: ["HOMESERVER_YAML"],
	options: { ...options, switch: { type: "boolean" } },
	usage: `[--switch] ${usage}`,
	about:
		"copy everybody, or what has changed since the last time, while Synapse runs and Countersign does not; with --switch, while Synapse is stopped, for the last time: Countersign serves them from then on",
	run: (asked) =>
		withMoving(asked, (moving) =>
			withMoveData(asked, async (config) => {
				const switchOver = asked.flag("switch");
				const outcome = await runMove(config, { ...moving, switchOver });
				return told(
					asked,
					outcome,
					switchOver ? "Everybody is here. Start Countersign, then Synapse" : "Copied",
				);
			}),
		),
};

export const moveFromSynapse: readonly Command[] = [check, rehearse, run];

async function withMoving(asked: Asked, work: (moving: Moving) => Promise<ExitCode>): Promise<ExitCode> {
	const accepted = asked.options("accept");
	const unknown = accepted.find((reason) => !isAcceptable(reason));
	if (unknown !== undefined) {
		asked.complain(`--accept ${JSON.stringify(unknown)} is no reason; there are: ${acceptable.join(", ")}`);
		return 2;
	}
	const synapse = readSynapseSettings([asked.operands[0] ?? "", ...asked.options("also")]);
	if (!synapse.ok) {
		asked.complain("Synapse's settings cannot be used:", synapse.problems);
		return 1;
	}
	try {
		return await work({ synapse, accepted: accepted.filter(isAcceptable), onProgress: () => {} });
	} catch (error) {
		if (!(error instanceof SourceUnusable)) throw error;
		asked.complain("Synapse's database cannot be used:", [error.message]);
		return 1;
	}
}

function told(asked: Asked, outcome: MoveOutcome, done: string): ExitCode {
	if (!outcome.ok) {
		if (outcome.reason !== "not-accepted") {
			asked.complain(refusals[outcome.reason]);
			return 1;
		}
		asked.out(reportText(outcome.report));
		const isKept = keep(asked, outcome.report);
		asked.complain(
			"Nothing is moved until you have agreed to this, or changed it at Synapse:",
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

const refusals = {
	"switched-before":
		"These people were switched over before. Another copy would bring back devices that were signed out since, so nothing was done.",
	"in-use":
		"There are accounts in Countersign's data already that did not come from Synapse. People can move into data that are empty.",
	"synapse-runs":
		"Synapse has its database open. For the switch stop it, and every worker of it: what is written there after the copy would be lost.",
	"server-runs": "Countersign runs on these data. Stop it: it is started when everybody is here.",
	"pepper-differs":
		"Synapse puts a text behind every password (password_config.pepper), and passwords.pepper in Countersign's settings is another one. Nobody's password would be right: write the same there.",
	"server-name-differs": "Countersign's settings or data are of a server of another name than Synapse's.",
	"homeserver-differs":
		"Countersign's settings name no Synapse (homeserver.synapse), or its data belong to the built-in homeserver.",
} as const satisfies Record<Exclude<Extract<MoveOutcome, { ok: false }>["reason"], "not-accepted">, string>;
