import { z } from "zod";
import { type Operation, operation } from "../operation.ts";
import { refuse, told } from "../refusals.ts";
import { time, timeOf, timeOrNull } from "../shapes.ts";
import { ownBase } from "./resource.ts";

/** Where the move of people from another server stands. */
export interface MoveFacts {
	readonly source: "synapse" | "mas";
	readonly state: "moving" | "switched" | "settled" | "returned";
	readonly startedAt: number;
	readonly passedAt: number | null;
	readonly switchedAt: number | null;
	readonly settledAt: number | null;
}

const move = z.object({
	source: z.enum(["synapse", "mas"]),
	state: z.enum(["moving", "switched", "settled", "returned"]),
	started_at: time,
	passed_at: time.nullable().describe("When the last copy was finished"),
	switched_at: time.nullable(),
	settled_at: time.nullable(),
});

/** The move is made by commands, and so are its reports, which name people: here is where it stands. */
export function moves(read: () => Promise<MoveFacts | undefined>): readonly Operation[] {
	return [
		operation({
			...{ id: "getMove", method: "GET", path: `${ownBase}/move`, tag: "countersign" },
			about: "Where the move of people from Synapse or MAS stands",
			told: { 200: { about: "The move", body: move }, ...told("nobody-moved") },
			async answer() {
				const facts = await read();
				if (facts === undefined) return refuse("nobody-moved");
				const { source, state, startedAt, passedAt, switchedAt, settledAt } = facts;
				const body: z.output<typeof move> = {
					...{ source, state, started_at: timeOf(startedAt), passed_at: timeOrNull(passedAt) },
					...{ switched_at: timeOrNull(switchedAt), settled_at: timeOrNull(settledAt) },
				};
				return { status: 200, body };
			},
		}),
	];
}
