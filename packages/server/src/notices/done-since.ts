import type { AccountId } from "@countersign/core";
import type { LoggedEvent, SecurityEventKind } from "../audit/index.ts";
import type { Notice, ObjectionUnit } from "./ports.ts";

const linesAtOnce = 100;

/**
 * So much earlier a line may say it was that was written later: a clock is set back, or two servers have two of them. By
 * what was made in these minutes before it ends as well, the person loses little; a thief's would stay.
 */
const clockMs = 10 * 60_000;

/**
 * Lines of these kinds since that one, newest first, of what the person did: whoever did what the line says was where
 * they did. Whether it was the thief or the person nobody knows; what those who run the server did is theirs, and what
 * was done before has a line of its own.
 */
export async function* doneSince(
	{ events }: Pick<ObjectionUnit, "events">,
	{ accountId, at }: Pick<Notice, "accountId" | "at">,
	kinds: readonly SecurityEventKind[],
): AsyncGenerator<LoggedEvent, void> {
	for await (const line of linesOf(events, accountId, kinds)) {
		if (line.at < at - clockMs) return;
		if (line.actor?.kind === "person") yield line;
	}
}

async function* linesOf(
	events: ObjectionUnit["events"],
	accountId: AccountId,
	kinds: readonly SecurityEventKind[],
): AsyncGenerator<LoggedEvent, void> {
	let after: LoggedEvent | undefined;
	do {
		const lines: readonly LoggedEvent[] = await events.list(accountId, {
			...{ limit: linesAtOnce, kinds },
			...(after !== undefined && { after }),
		});
		yield* lines;
		after = lines.length < linesAtOnce ? undefined : lines.at(-1);
	} while (after !== undefined);
}
