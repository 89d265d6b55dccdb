import { settleMove } from "../move.ts";
import { synapseLeftovers } from "../moving/index.ts";
import type { Command } from "./command.ts";
import { withMoveData } from "./with-move-data.ts";

export const moveSettle: Command = {
	name: "move settle",
	operands: [],
	options: {},
	usage: "",
	about: "end a move: passwords are hashed by argon2id from then on, old ones at their next use; no way back",
	run: (asked) =>
		withMoveData(asked, async (config) => {
			const source = await settleMove(config);
			if (source !== undefined) {
				asked.out(
					"Settled. Synapse, or MAS, cannot read passwords that are chosen or used from now on. A file that move run --seal made opens nothing any more: delete it.\n",
				);
				if (source === "synapse") asked.out(`\n${leftovers}`);
				return 0;
			}
			asked.complain("There is no move to settle: nobody was switched over, or it is settled already.");
			return 1;
		}),
};

const leftovers = `Synapse's own database still holds their old passwords and tokens. These statements empty it, while Synapse is stopped; make a backup before, and keep it as safe as the passwords in it:

${synapseLeftovers.map((statement) => `${statement};\n`).join("")}`;
