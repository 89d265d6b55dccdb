/**
 * What a command tells, and to whom: a person who reads along, or a program.
 *
 * Owns the events, their form as lines of JSON (`json-lines.ts`), their form for people (`people.ts`, with spinner and
 * QR code). The words themselves are in `../words/`. Leaves to `../run.ts` which of the two it is.
 */
export type { Done, Failed, StatusTold } from "./events.ts";
export { reportInJson } from "./json-lines.ts";
export { reportToPeople } from "./people.ts";

import type { Told } from "./events.ts";

/** Takes what a command tells. */
export interface Report {
	tell(told: Told): void;
	/** Nothing moves on the screen until the next thing is told. */
	close(): void;
}
