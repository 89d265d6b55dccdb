import type { Transactions } from "@countersign/core";
import type { Clock } from "../config/ports.ts";
import { forgetOldKey, readSuccessorKeys } from "../sessions/index.ts";
import type { MovingUnit } from "./ports.ts";
import { type MoveState, readMove } from "./state.ts";

/** How soon a running server notices that a move began or that everybody is here. */
const lookEveryMs = 1_000;

interface MoveGate {
	/**
	 * Whether nobody is served: people are on their way, in either direction, and who is not here must not be told that
	 * they are nobody.
	 */
	isShut(): boolean;
	/** From where people had come when this server started; undefined: from nowhere. */
	readonly source: MoveState["source"] | undefined;
	/** Looks again. Throws when the storage fails; what was known stays. */
	readonly job: {
		readonly name: string;
		readonly everyMs: number;
		readonly inEachProcess: true;
		run(): Promise<void>;
	};
}

/** Looks once before it is handed out. */
export async function createMoveGate<Unit extends MovingUnit>(
	storage: Transactions<Unit>,
	clock: Clock,
): Promise<MoveGate> {
	let isForgotten = false;
	const look = async () => {
		const state = (await readMove(storage.read))?.state;
		if (state === "settled" && !isForgotten) {
			const keys = await readSuccessorKeys(storage.read, new Uint8Array());
			if ((keys.before?.until ?? clock()) <= clock())
				await storage.write((unit) => forgetOldKey(unit, clock()));
			isForgotten = keys.before === undefined;
		}
		return state === "moving" || state === "returned";
	};
	let shut = await look();
	return {
		isShut: () => shut,
		source: (await readMove(storage.read))?.source,
		job: {
			name: "looking whether people are moving in",
			everyMs: lookEveryMs,
			inEachProcess: true,
			async run() {
				shut = await look();
			},
		},
	};
}
