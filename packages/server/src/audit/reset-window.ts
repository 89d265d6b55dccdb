import type { AccountId } from "@countersign/core";
import type { SecurityEvents } from "./ports.ts";

/** How long the homeserver keeps it open. */
export const resetWindowMs = 10 * 60_000;

export interface ResetWindowSeen {
	/** `closed`: open at the homeserver, which has no way to close it, and nobody is let in who could use it. */
	readonly state: "open" | "closed";
	readonly until: number;
	/** The line that says so. */
	readonly eventId: string;
}

/**
 * What the person's own log says of the homeserver's switch for replacing an identity, which is all that is known here:
 * the homeserver does not tell. Undefined once its time is over.
 */
export async function resetWindowOf(
	events: Pick<SecurityEvents, "list">,
	accountId: AccountId,
	now: number,
): Promise<ResetWindowSeen | undefined> {
	const [latest] = await events.list(accountId, { limit: 1, kinds });
	const until = Number(latest?.detail.until);
	if (latest === undefined || !(until > now)) return undefined;
	return { state: latest.kind === "reset-window-closed" ? "closed" : "open", until, eventId: latest.id };
}

const kinds = ["reset-window-opened", "reset-window-closed"] as const;
