import type { AccountId, SessionId } from "@countersign/core";
import type { LoggedEvent } from "../audit/index.ts";
import type { Notice, ObjectionUnit } from "./ports.ts";

const linesAtOnce = 100;

/**
 * The programs whose tokens the person made or replaced since that line, by the log: whoever did what the line says was
 * where tokens are made, and one that they made then is a way in that outlives the password. Whether it was the thief or
 * the person nobody knows; what those who run the server made is theirs, and what was made before has a line of its own.
 */
export async function tokensMadeSince(
	{ events }: Pick<ObjectionUnit, "events">,
	{ accountId, at }: Pick<Notice, "accountId" | "at">,
): Promise<ReadonlySet<SessionId>> {
	const made = new Set<SessionId>();
	for await (const { at: madeAt, actor, sessionId } of tokenLines(events, accountId)) {
		if (madeAt < at) break;
		if (actor?.kind === "person" && sessionId !== undefined) made.add(sessionId);
	}
	return made;
}

/** Newest first. */
async function* tokenLines(
	events: ObjectionUnit["events"],
	accountId: AccountId,
): AsyncGenerator<LoggedEvent, void> {
	let after: LoggedEvent | undefined;
	do {
		const lines: readonly LoggedEvent[] = await events.list(accountId, {
			...{ limit: linesAtOnce, kinds: ["token-made", "token-replaced"] },
			...(after !== undefined && { after }),
		});
		yield* lines;
		after = lines.length < linesAtOnce ? undefined : lines.at(-1);
	} while (after !== undefined);
}
