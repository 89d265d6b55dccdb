import type { LackingFactor } from "../proofs/index.ts";
import { when } from "./table.ts";

/** What an operator reads of a second factor that is demanded of somebody who has none; undefined: that is not so. */
export function lackingWords(lacking: LackingFactor | undefined): string | undefined {
	if (lacking === undefined) return undefined;
	if (lacking.isOver) return "missing, no time left";
	return lacking.until === undefined ? "missing, not asked yet" : `missing, until ${when(lacking.until)}`;
}
