import type { WayBack } from "../sessions/ports.ts";
import type { MovingUnit } from "./ports.ts";
import { seal } from "./seal.ts";
import { readMove } from "./state.ts";

/**
 * What sessions leave behind that begin now: their first tokens, sealed, as long as people may go back to where they came
 * from and somebody keeps what opens them.
 */
export async function wayBackOf(unit: Pick<MovingUnit, "settings">): Promise<WayBack | undefined> {
	const move = await readMove(unit);
	if (move?.state !== "switched" || move.sealTo === null) return undefined;
	const { sealTo, source } = move;
	return {
		isSynapse: source === "synapse",
		seal: (owner, text) => seal(sealTo, { owner, text }),
	};
}
