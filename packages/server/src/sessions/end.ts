import type { AccountId, SessionId } from "@countersign/core";
import { administers } from "@countersign/protocol";
import type { Actor, SecurityEventKind } from "../audit/index.ts";
import type { Random } from "../config/ports.ts";
import { tokenLifetimes } from "./lifetimes.ts";
import type { EndedSession, EndReason, SessionScope, SessionsUnit } from "./ports.ts";

export interface Ending {
	readonly reason: EndReason;
	readonly now: number;
	readonly random: Random;
	/** Who ends it. */
	readonly actor: Actor;
	readonly address?: string | undefined;
}

/**
 * After these nobody knows who of two was the thief. Tokens end; the device and its keys stay for a while, so that a
 * mistake, or a stranger who wants her signed out, does not cost the owner what she cannot get back.
 */
const doubts: ReadonlySet<EndReason> = new Set(["refresh-token-reused", "code-replayed"]);

/** Of what people are told by letter the log has lines of their own. */
const lines: Partial<Readonly<Record<EndReason, SecurityEventKind>>> = {
	"refresh-token-reused": "refresh-token-reused",
	"gave-way": "device-gave-way",
};

/**
 * Ends the live sessions it names, inside the caller's transaction: tokens, waiting requests, devices and log lines
 * go with them or not at all. A device that was replaced stays: its new session adopted it; one in doubt stays for a
 * day. Devices kept so before go now, unless a new session adopts them. Returns whose session or device it was.
 */
export async function endSessions(
	unit: SessionsUnit,
	which: SessionScope,
	ending: Ending,
): Promise<readonly EndedSession[]> {
	const ended = await unit.sessions.end(which, ending.reason, ending.now);
	for (const session of ended) {
		await unit.tokens.deleteRefreshOf(session.id);
		await unit.tokens.deleteSealedOf(session.id);
		await unit.requests.withdraw({ of: "session", sessionId: session.id }, "session-ended", ending.now);
		await endDevice(unit, session, ending);
		await record(unit, session, ending);
	}
	return [...ended, ...(await giveUpKept(unit, which, ending))];
}

async function endDevice(unit: SessionsUnit, session: EndedSession, ending: Ending): Promise<void> {
	if (session.deviceId !== null && doubts.has(ending.reason)) {
		// Its access tokens stay to be known: their app is told to keep its keys.
		await unit.keptDevices.keep(session.id, ending.now + tokenLifetimes.deviceKeptMs);
		return;
	}
	await unit.tokens.deleteAccessOf(session.id);
	if (ending.reason !== "replaced") await removeDevice(unit, session, ending.now);
}

/** Of a session without one the homeserver is told nothing: it asks again within two minutes. */
async function removeDevice(
	{ homeserver }: SessionsUnit,
	{ accountId, deviceId }: EndedSession,
	now: number,
): Promise<void> {
	if (deviceId !== null) await homeserver.removeDevice(accountId, deviceId, now);
}

async function giveUpKept(
	unit: SessionsUnit,
	which: SessionScope,
	ending: Ending,
): Promise<readonly EndedSession[]> {
	if (doubts.has(ending.reason)) return [];
	const given = await unit.keptDevices.release(which);
	if (ending.reason === "replaced") return [];
	for (const device of given) {
		await unit.tokens.deleteAccessOf(device.id);
		await removeDevice(unit, device, ending.now);
		await record(unit, device, ending);
	}
	return given;
}

async function record(unit: SessionsUnit, session: EndedSession, ending: Ending): Promise<void> {
	await unit.events.record({
		id: ending.random.token(),
		accountId: session.accountId,
		at: ending.now,
		kind: lines[ending.reason] ?? "device-signed-out",
		sessionId: session.id,
		...(session.deviceId !== null && { deviceId: session.deviceId }),
		...(ending.address === undefined ? {} : { address: ending.address }),
		actor: ending.actor,
		detail: { reason: ending.reason },
	});
}

/**
 * Of these sessions ends those that are live and could administer the server, inside the caller's transaction: tokens
 * that somebody made for others who is no administrator any more, and may know. Returns which they were.
 */
export async function endIssuedAdministering<
	Issued extends { readonly accountId: AccountId; readonly sessionId: SessionId },
>(unit: SessionsUnit, issued: readonly Issued[], ending: Omit<Ending, "reason">): Promise<readonly Issued[]> {
	const ended: Issued[] = [];
	for (const one of issued) {
		const { accountId, sessionId } = one;
		const live = (await unit.sessions.live({ accountId })).find(({ id }) => id === sessionId);
		if (live === undefined || !administers(live.scope)) continue;
		await endSessions(unit, { sessionId: live.id, accountId }, { ...ending, reason: "admin-withdrawn" });
		ended.push(one);
	}
	return ended;
}

/**
 * Ends the live sessions of the account that could administer the server, inside the caller's transaction. They would
 * be administrators again if their person ever were, and until then at a homeserver that remembers tokens.
 */
export async function endAdministering(
	unit: SessionsUnit,
	accountId: AccountId,
	ending: Omit<Ending, "reason">,
): Promise<number> {
	const administering = (await unit.sessions.live({ accountId })).filter(({ scope }) => administers(scope));
	for (const { id: sessionId } of administering)
		await endSessions(unit, { sessionId }, { ...ending, reason: "admin-withdrawn" });
	return administering.length;
}
