import { resetWindowMs, resetWindowOf, type SecurityEvent } from "../audit/index.ts";
import type { Notice, ObjectionUnit } from "./ports.ts";

/**
 * Of the homeserver's own switch for replacing an identity, which it has no way to turn off: who could use it is every
 * app that is signed in, or signs in before its time is over. So all of them end, and the line of the log that comes of
 * this keeps others out until then. Undefined where the switch is not on any more
 * by what this line was about, or was closed before.
 */
export async function closeWindow(
	{ events }: Pick<ObjectionUnit, "events">,
	{ accountId, at, kind }: Pick<Notice, "accountId" | "at" | "kind">,
	now: number,
): Promise<Pick<SecurityEvent, "accountId" | "at" | "kind" | "detail"> | undefined> {
	if (!isWindowOpen({ kind, at }, now)) return undefined;
	// By the state and not by the line: opened twice at once, it has two lines, and each says the same.
	const seen = await resetWindowOf(events, accountId, now);
	if (seen?.state !== "open") return undefined;
	return {
		accountId,
		at: now,
		kind: "reset-window-closed",
		detail: { until: String(seen.until + longerMs) },
	};
}

/**
 * How much longer apps are kept out than the homeserver says it takes an identity: its clock is another one, and a call
 * that was given up may have reached it later.
 */
const longerMs = 60_000;

/** Whether an objection to that line would close it: what the person is told before they say so. */
export function isWindowOpen({ kind, at }: Pick<Notice, "kind" | "at">, now: number): boolean {
	return kind === "reset-window-opened" && now < at + resetWindowMs;
}
