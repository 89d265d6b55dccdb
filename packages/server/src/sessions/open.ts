import { HomeserverUnavailable } from "@countersign/core";
import { claims } from "./device-session.ts";
import { endSessions } from "./end.ts";
import { issueBeside } from "./issue.ts";
import type { SessionHolder, SessionsUnit } from "./ports.ts";
import type { OpenOutcome, OpenSession, SessionsDeps } from "./session.ts";
import { createToken, tokenHash } from "./token-format.ts";
import { waitsAsKey } from "./waiting-keys.ts";

type Consume<Unit> = (unit: Unit, sessionId: string) => Promise<boolean>;

const refuse = (reason: Extract<OpenOutcome, { ok: false }>["reason"]) => ({ ok: false, reason }) as const;

/** @see Sessions.open */
export async function openSession<Unit extends SessionsUnit>(
	deps: SessionsDeps<Unit>,
	session: OpenSession,
	consume: Consume<Unit>,
): Promise<OpenOutcome> {
	const holder = await deps.storage.read.sessions.holder(session.accountId);
	if (!mayHold(holder)) return refuse("account-closed");
	// Not in the transaction, which must not wait for a network; a device without a session can do nothing.
	const refused = await provision(deps, holder, session);
	if (refused !== undefined) return refuse(refused);
	return deps.storage.write((unit) => begin({ deps, unit, session, consume }));
}

async function provision<Unit extends SessionsUnit>(
	deps: SessionsDeps<Unit>,
	{ localpart }: SessionHolder,
	{ accountId, deviceId, clientId }: OpenSession,
): Promise<"device-id-in-use" | "homeserver-unavailable" | undefined> {
	const { name } = claims((await deps.storage.read.sessions.clientMetadata(clientId)) ?? "{}");
	try {
		await deps.homeserver.provisionUser({ accountId, localpart });
		const displayName = name === undefined ? {} : { displayName: name };
		const device = await deps.homeserver.upsertDevice({ accountId, localpart, deviceId, ...displayName });
		return device.ok ? undefined : device.reason;
	} catch (cause) {
		if (cause instanceof HomeserverUnavailable) return "homeserver-unavailable";
		throw cause;
	}
}

async function begin<Unit extends SessionsUnit>(opening: {
	readonly deps: SessionsDeps<Unit>;
	readonly unit: Unit;
	readonly session: OpenSession;
	readonly consume: Consume<Unit>;
}): Promise<OpenOutcome> {
	const { deps, unit, session, consume } = opening;
	const { accountId, deviceId } = session;
	const now = deps.clock();
	const id = deps.random.token();
	// All of it may have changed while the homeserver was asked.
	if (!(await unit.homeserver.hasDevice(accountId, deviceId))) return refuse("homeserver-unavailable");
	const closed = !mayHold(await unit.sessions.holder(accountId));
	const taken = !closed && waitsAsKey(deviceId, await unit.requests.ofAccount(accountId, now));
	if (closed || taken || !(await consume(unit, id))) {
		await dropUnheldDevice(unit, { accountId, deviceId, now });
		return refuse(closed ? "account-closed" : taken ? "device-id-in-use" : "spent");
	}
	await endSessions(unit, { accountId, deviceId }, { reason: "replaced", now, random: deps.random });
	await unit.sessions.add({ ...session, id, createdAt: now });
	await recordSignIn(unit, deps, { session, sessionId: id, now });
	const refreshToken = createToken("refresh", deps.random);
	await unit.tokens.addRefresh({ hash: tokenHash(refreshToken), sessionId: id, createdAt: now });
	const bearer = { ...session, sessionId: id };
	const tokens = await issueBeside(unit, refreshToken, { bearer, now, random: deps.random });
	return { ok: true, tokens };
}

function mayHold(holder: SessionHolder | undefined): holder is SessionHolder {
	return holder !== undefined && !holder.closed && !holder.locked;
}

/** A refused opening must not leave the device behind that was made for it: nobody could sign it out. */
async function dropUnheldDevice(
	unit: SessionsUnit,
	device: { readonly accountId: string; readonly deviceId: string; readonly now: number },
): Promise<void> {
	const holders = await unit.sessions.live(device);
	if (holders.length === 0) {
		await unit.homeserver.removeDevice(device.accountId, device.deviceId, device.now);
	}
}

async function recordSignIn<Unit extends SessionsUnit>(
	unit: SessionsUnit,
	deps: SessionsDeps<Unit>,
	opened: { readonly session: OpenSession; readonly sessionId: string; readonly now: number },
): Promise<void> {
	const { accountId, deviceId, clientId, address } = opened.session;
	await unit.events.record({
		id: deps.random.token(),
		accountId,
		at: opened.now,
		kind: "device-signed-in",
		sessionId: opened.sessionId,
		deviceId,
		...(address === undefined ? {} : { address }),
		detail: { clientId },
	});
}
