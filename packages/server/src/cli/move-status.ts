import { type MoveStatus, moveStatus } from "../move.ts";
import type { MoveState } from "../moving/index.ts";
import { type Command, json } from "./command.ts";
import { when } from "./table.ts";
import { withMoveData } from "./with-move-data.ts";

export const moveStatusOf: Command = {
	name: "move status",
	operands: [],
	options: json,
	usage: "[--json]",
	about: "where a move stands, and how much of it is here",
	run: (asked) =>
		withMoveData(asked, async (config) => {
			const status = await moveStatus(config);
			asked.out(asked.flag("json") ? `${JSON.stringify(status, undefined, "\t")}\n` : textOf(status));
			return 0;
		}),
};

function textOf({ move, counts }: MoveStatus): string {
	if (move === undefined) return "Nobody moved in.\n";
	const { people, sessions, accessTokens, refreshTokens } = counts;
	const lines = [
		meaning(move)[move.state],
		`Begun ${when(move.startedAt)}.`,
		...(move.passedAt === null
			? ["No copy was finished yet."]
			: [`Last copy finished ${when(move.passedAt)}.`]),
		...(move.switchedAt === null ? [] : [`Switched over ${when(move.switchedAt)}.`]),
		...(move.settledAt === null ? [] : [`Settled ${when(move.settledAt)}.`]),
		`Here: people ${people}, devices signed in ${sessions}, access tokens ${accessTokens}, refresh tokens ${refreshTokens}.`,
	];
	return `${lines.join("\n")}\n`;
}

function meaning({ source }: MoveState) {
	const there = source === "mas" ? "MAS" : "Synapse";
	return {
		moving: `People are moving in. Countersign serves nobody until move from-${source} run --switch.`,
		switched: `People were switched over. New passwords are hashed as ${there} does, until move settle.`,
		settled: "The move is settled.",
		returned: `People went back to ${there}. Countersign serves nobody with these data any more.`,
	} as const;
}
