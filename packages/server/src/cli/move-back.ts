import { type BackOutcome, moveBack, moveStatus } from "../move.ts";
import { type BackReport, readSynapseSettings } from "../moving/index.ts";
import { SourceUnusable } from "../storage/index.ts";
import type { Command, ExitCode } from "./command.ts";
import { table } from "./table.ts";
import { withMoveData } from "./with-move-data.ts";

export const moveBackOf: Command = {
	name: "move back",
	operands: ["HOMESERVER_YAML"],
	options: {
		also: { type: "string", multiple: true },
		backup: { type: "string" },
		accept: { type: "string", multiple: true },
	},
	usage: "--backup FILE [--also FILE ...] [--accept signed-out]",
	about:
		"have Synapse sign its people in again, with what happened since; while both are stopped, before move settle. A SQLite database is copied to FILE before it is written; of PostgreSQL FILE is a dump that was made",
	async run(asked) {
		const backup = asked.option("backup");
		if (backup === undefined) {
			asked.complain(
				"countersign move back: --backup FILE is missing; a copy of Synapse's database is made there",
			);
			return 2;
		}
		const accepted = asked.options("accept");
		if (accepted.some((reason) => reason !== "signed-out")) {
			asked.complain("countersign move back: --accept takes signed-out and nothing else");
			return 2;
		}
		return withMoveData(asked, async (config): Promise<ExitCode> => {
			if ((await moveStatus(config)).move?.source === "mas") {
				asked.complain(noWayToMas);
				return 1;
			}
			const synapse = readSynapseSettings([asked.operands[0] ?? "", ...asked.options("also")]);
			if (!synapse.ok) {
				asked.complain("Synapse's settings cannot be used:", synapse.problems);
				return 1;
			}
			try {
				const acceptsSignedOut = accepted.length > 0;
				const outcome = await moveBack(config, { synapse, backup, acceptsSignedOut });
				if ("report" in outcome) asked.out(textOf(outcome.report));
				if (!outcome.ok) {
					asked.complain(refusals[outcome.reason]);
					return 1;
				}
				const before = outcome.isWritten
					? `Synapse's database of before is ${backup}.`
					: "nothing had to change in Synapse's database.";
				asked.out(
					`Done; ${before} Take its two files of Countersign's away, put the old rules into the proxy, and start it.\n`,
				);
				return 0;
			} catch (error) {
				if (!(error instanceof SourceUnusable)) throw error;
				asked.complain("Synapse's database cannot be used:", [error.message]);
				return 1;
			}
		});
	},
};

function textOf({ people, broughtBack, ended, passwords, signedOut }: BackReport): string {
	const head = `People: ${people}. Apps that refresh go on: ${broughtBack}. Tokens that ended here: ${ended}. New passwords: ${passwords}.\n`;
	if (signedOut.length === 0) return head;
	const rows = signedOut.map(({ user, device, name }) => [user, device, name ?? ""]);
	return `${head}\nSigned in here since, and signed out by going back:\n${table(["USER", "DEVICE", "NAME"], rows)}`;
}

const noWayToMas =
	"These people came from MAS. There is no way back to it that brings along what happened since: only hashes of tokens are kept here. MAS's own database is as it was at the switch, and docs/moving.md says what starting MAS again would mean.";

const refusals = {
	"not-accepted":
		"Nothing was done. These devices have tokens that only Countersign knows: say --accept signed-out if they may be signed out.",
	"no-way-back":
		"There is no way back: nobody was switched over, the move is settled, or they went back before.",
	"source-differs": noWayToMas,
	"synapse-runs": "Synapse has its database open. Stop it, and every worker of it.",
	"server-runs": "Countersign runs on these data. Stop it.",
	untold:
		"Synapse has not heard yet of everything that ended here. Start both, until countersign doctor finds nothing waiting; then stop Countersign first, and Synapse after it.",
	"server-name-differs": "Countersign's data are of a server of another name than Synapse's.",
	"homeserver-differs":
		"Countersign's settings name no Synapse (homeserver.synapse), or its data belong to the built-in homeserver.",
} as const satisfies Record<Extract<BackOutcome, { ok: false }>["reason"], string>;
