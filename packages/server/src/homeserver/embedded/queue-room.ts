import type { QueueLoad, SenderLoad } from "./ports.ts";
import { quotas } from "./quotas.ts";

/** Whether a device's queue takes one more message. `give-way`: once that sender has lost one, it has to be asked again. */
export type Room =
	| { readonly verdict: "fits" | "full" }
	| { readonly verdict: "give-way"; readonly sender: string };

/**
 * Each sender has a share of a queue. Where a queue is full although all keep to theirs, whoever has most in it gives
 * way to whoever would still have no more: any number of accounts that one person makes take no more from a friend than
 * what they have beyond the friend's own. Of messages or of bytes, whichever has run out.
 */
export function decideRoom(
	loads: readonly SenderLoad[],
	message: { readonly sender: string; readonly bytes: number },
): Room {
	const adding = { messages: 1, bytes: message.bytes };
	const own = loads.find(({ sender }) => sender === message.sender) ?? { messages: 0, bytes: 0 };
	const exceeded = (load: QueueLoad, most: QueueLoad) =>
		(["messages", "bytes"] as const).find((of) => load[of] + adding[of] > most[of]);
	if (exceeded(own, quotas.waitingFromOne) !== undefined) return { verdict: "full" };
	const of = exceeded(sumOf(loads), quotas.waiting);
	if (of === undefined) return { verdict: "fits" };
	const largest = loads.reduce((most, load) => (load[of] > most[of] ? load : most), { sender: "", ...own });
	return largest[of] >= own[of] + adding[of] && largest.sender !== message.sender
		? { verdict: "give-way", sender: largest.sender }
		: { verdict: "full" };
}

function sumOf(loads: readonly SenderLoad[]): QueueLoad {
	return {
		messages: loads.reduce((sum, { messages }) => sum + messages, 0),
		bytes: loads.reduce((sum, { bytes }) => sum + bytes, 0),
	};
}
