import type { LinkKind } from "./ports.ts";

const hour = 60 * 60_000;

/** How long a link is good, in milliseconds: a reset is waited for; an invitation may come in an envelope. */
export const linkLifetimes = {
	/** By mail, which strangers can have sent: read at once or asked for again. */
	mailed: hour / 2,
	reset: 24 * hour,
	invitation: 7 * 24 * hour,
} as const satisfies Record<LinkKind | "mailed", number>;
