import { settleMove } from "../move.ts";
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
			if (await settleMove(config)) {
				asked.out("Settled. Synapse, or MAS, cannot read passwords that are chosen or used from now on.\n");
				return 0;
			}
			asked.complain("There is no move to settle: nobody was switched over, or it is settled already.");
			return 1;
		}),
};
