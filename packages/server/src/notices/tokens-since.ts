import type { SessionId } from "@countersign/core";
import { doneSince } from "./done-since.ts";
import type { Notice, ObjectionUnit } from "./ports.ts";

/**
 * The programs whose tokens the person made or replaced since that line, by the log: one is a way in that outlives the
 * password.
 */
export async function tokensMadeSince(
	unit: Pick<ObjectionUnit, "events">,
	notice: Pick<Notice, "accountId" | "at">,
): Promise<ReadonlySet<SessionId>> {
	const made = new Set<SessionId>();
	for await (const { sessionId } of doneSince(unit, notice, ["token-made", "token-replaced"]))
		if (sessionId !== undefined) made.add(sessionId);
	return made;
}
