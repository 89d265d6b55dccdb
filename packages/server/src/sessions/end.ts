import { administers } from "@countersign/protocol";
import type { Random } from "../config/ports.ts";
import type { EndedSession, EndReason, SessionScope, SessionsUnit } from "./ports.ts";

export interface Ending {
	readonly reason: EndReason;
	readonly now: number;
	readonly random: Random;
	readonly address?: string | undefined;
}

/**
 * Ends the live sessions it names, inside the caller's transaction: tokens, waiting requests, devices and log lines
 * go with them or not at all. A device that was replaced stays: its new session adopted it.
 */
export async function endSessions(
	unit: SessionsUnit,
	which: SessionScope,
	ending: Ending,
): Promise<readonly EndedSession[]> {
	const ended = await unit.sessions.end(which, ending.reason, ending.now);
	for (const session of ended) {
		await unit.tokens.deleteAccessOf(session.id);
		await unit.tokens.deleteRefreshOf(session.id);
		await unit.requests.withdraw({ sessionId: session.id }, "session-ended", ending.now);
		if (ending.reason !== "replaced") {
			await unit.homeserver.removeDevice(session.accountId, session.deviceId, ending.now);
		}
		await unit.events.record({
			id: ending.random.token(),
			accountId: session.accountId,
			at: ending.now,
			kind: ending.reason === "refresh-token-reused" ? "refresh-token-reused" : "device-signed-out",
			sessionId: session.id,
			deviceId: session.deviceId,
			...(ending.address === undefined ? {} : { address: ending.address }),
			detail: { reason: ending.reason },
		});
	}
	return ended;
}

/**
 * Ends the live sessions of the account that could administer the server, inside the caller's transaction. They would
 * be administrators again if their person ever were, and until then at a homeserver that remembers tokens.
 */
export async function endAdministering(
	unit: SessionsUnit,
	accountId: string,
	ending: Omit<Ending, "reason">,
): Promise<number> {
	const administering = (await unit.sessions.live({ accountId })).filter(({ scope }) => administers(scope));
	for (const { id: sessionId } of administering)
		await endSessions(unit, { sessionId, accountId }, { ...ending, reason: "admin-withdrawn" });
	return administering.length;
}
