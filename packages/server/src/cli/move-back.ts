import { moveStatus } from "../move.ts";
import { type BackOutcome, type CostOfBack, costsOfBack, moveBack, type WayBack } from "../move-back.ts";
import { type MoveState, readMasSettings, readSynapseSettings } from "../moving/index.ts";
import { SourceUnusable } from "../storage/index.ts";
import type { Command, ExitCode } from "./command.ts";
import { unsealOf } from "./seal-file.ts";
import { table } from "./table.ts";
import { withMoveData } from "./with-move-data.ts";

export const moveBackOf: Command = {
	name: "move back",
	operands: ["SETTINGS_YAML"],
	options: {
		also: { type: "string", multiple: true },
		backup: { type: "string" },
		seal: { type: "string" },
		accept: { type: "string", multiple: true },
	},
	usage: "--backup FILE [--seal FILE] [--also FILE ...] [--accept signed-out] [--accept second-factors]",
	about:
		"have Synapse, or MAS, sign its people in again, with what happened since; SETTINGS_YAML is its settings file. While all are stopped, before move settle. A SQLite database is copied to FILE before it is written; of PostgreSQL FILE is a dump that was made. --seal is the file of move run --seal, by which who signed in since is brought along",
	async run(asked) {
		const backup = asked.option("backup");
		if (backup === undefined) {
			asked.complain(
				"countersign move back: --backup FILE is missing; a copy of the database there is made there, or is there already",
			);
			return 2;
		}
		const accepted = asked.options("accept");
		const accepts = costsOfBack.filter((cost) => accepted.includes(cost));
		if (accepted.some((cost) => !accepts.some((known) => known === cost))) {
			asked.complain(`countersign move back: --accept takes ${costsOfBack.join(", ")} and nothing else`);
			return 2;
		}
		return withMoveData(asked, async (config): Promise<ExitCode> => {
			const source = (await moveStatus(config)).move?.source ?? "synapse";
			const way = readWay(source, [asked.operands[0] ?? "", ...asked.options("also")]);
			const { called } = words[source];
			if (!way.ok) {
				asked.complain(`${called}'s settings cannot be used:`, way.problems);
				return 1;
			}
			const file = asked.option("seal");
			const unsealed = file === undefined ? undefined : unsealOf(file);
			if (unsealed?.ok === false) {
				asked.complain(unsealed.problem);
				return 1;
			}
			try {
				const going = { way: way.way, backup, accepts };
				const outcome = await moveBack(config, { ...going, unseal: unsealed?.made });
				if ("report" in outcome) asked.out(textOf(outcome.report));
				if (!outcome.ok) {
					asked.complain(
						outcome.reason === "not-accepted"
							? `Nothing was done. ${outcome.costs.map((cost) => costWords(called)[cost]).join(" ")}`
							: refusals(called)[outcome.reason],
					);
					return 1;
				}
				const before = outcome.isWritten
					? `${called}'s database of before is ${backup}.`
					: `nothing had to change in ${called}'s database.`;
				asked.out(`Done; ${before} ${words[source].next}\n`);
				return 0;
			} catch (error) {
				if (!(error instanceof SourceUnusable)) throw error;
				asked.complain(`${called}'s database cannot be used:`, [error.message]);
				return 1;
			}
		});
	},
};

const words = {
	synapse: {
		called: "Synapse",
		next: "Take its two files of Countersign's away, put the old rules into the proxy, and start it.",
	},
	mas: { called: "MAS", next: "Put the old rules into the proxy, start MAS, and then Synapse." },
} as const satisfies Record<MoveState["source"], unknown>;

type ReadWay =
	| { readonly ok: true; readonly way: WayBack }
	| { readonly ok: false; readonly problems: readonly string[] };

function readWay(source: MoveState["source"], files: readonly string[]): ReadWay {
	if (source === "mas") {
		const mas = readMasSettings(files);
		return mas.ok ? { ok: true, way: { to: "mas", mas } } : mas;
	}
	const synapse = readSynapseSettings(files);
	return synapse.ok ? { ok: true, way: { to: "synapse", synapse } } : synapse;
}

type Report = Extract<BackOutcome, { readonly report: unknown }>["report"];

function textOf({ people, broughtBack, ended, passwords, signedOut, secondFactors }: Report): string {
	const counts = `People: ${people}. Apps that refresh go on: ${broughtBack}. Ended here, and there: ${ended}. New passwords: ${passwords}.\n`;
	const alone =
		secondFactors === 0 ? "" : `With a passkey or codes here, by password alone there: ${secondFactors}.\n`;
	const head = `${counts}${alone}`;
	if (signedOut.length === 0) return head;
	const rows = signedOut.map(({ user, device, name }) => [user, device, name ?? ""]);
	return `${head}\nSigned in here since, and signed out by going back:\n${table(["USER", "DEVICE", "NAME"], rows)}`;
}

const costWords = (called: string) =>
	({
		"signed-out":
			"These devices have tokens that are not known there: say --accept signed-out if they may be signed out, and --seal FILE if first tokens were sealed at the switch.",
		"second-factors": `${called} knows no passkeys and no codes of here: who has one signs in there by the password alone, and so does whoever else knows it. Say --accept second-factors if that may be.`,
	}) as const satisfies Record<CostOfBack, string>;

const refusals = (called: string) =>
	({
		"no-way-back":
			"There is no way back: nobody was switched over, the move is settled, or they went back before.",
		"source-differs": `These people did not come from ${called}.`,
		"target-runs": `${called} has its database open. Stop it, and every worker of it.`,
		"server-runs": "Countersign runs on these data. Stop it.",
		untold:
			"Synapse has not heard yet of everything that ended here. Start both, until countersign doctor finds nothing waiting; then stop Countersign first, and Synapse after it.",
		"server-name-differs": `Countersign's data are of a server of another name than ${called}'s.`,
		"homeserver-differs":
			"Countersign's settings name no Synapse (homeserver.synapse), or its data belong to the built-in homeserver.",
	}) as const satisfies Record<
		Exclude<Extract<BackOutcome, { ok: false }>["reason"], "not-accepted">,
		string
	>;
