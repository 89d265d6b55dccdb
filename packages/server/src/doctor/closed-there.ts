import type { Ask, ClosedThere } from "./ports.ts";
import { bearer, get, type Reply } from "./question.ts";
import type { SynapseSetup } from "./setup.ts";

/** More are not asked about: the operator waits. */
const mostAsked = 500;
const atOnce = 8;

/**
 * Which of these people Synapse holds to be closed. Undefined where it does not answer as it should, of which other
 * checks tell.
 */
export async function findClosedThere(
	ask: Ask,
	{ homeserver }: SynapseSetup,
	localparts: readonly string[],
): Promise<ClosedThere | undefined> {
	const waiting = localparts.slice(0, mostAsked);
	const closed: string[] = [];
	let isSilent = false;
	const work = async () => {
		for (let next = waiting.shift(); next !== undefined && !isSilent; next = waiting.shift()) {
			const path = `_synapse/mas/query_user?localpart=${encodeURIComponent(next)}`;
			const reply = await ask(get(homeserver.synapse, path, bearer(homeserver.secret)));
			if (!isAnswer(reply)) isSilent = true;
			else if (reply.status === 200 && reply.json?.is_deactivated === true) closed.push(next);
		}
	};
	await Promise.all(Array.from({ length: atOnce }, work));
	if (isSilent) return undefined;
	return { open: localparts.length, asked: Math.min(localparts.length, mostAsked), closed: closed.sort() };
}

/** Somebody whom Synapse does not know yet is answered 404. */
function isAnswer(reply: Reply): reply is Extract<Reply, { ok: true }> {
	return reply.ok && (reply.status === 200 || reply.status === 404);
}
