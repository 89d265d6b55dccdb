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

/** Makes the device exist at the homeserver, named after its client. */
export async function provision<Unit extends SessionsUnit>(
	deps: Pick<SessionsDeps<Unit>, "storage" | "homeserver">,
	{ localpart }: SessionHolder,
	{ accountId, deviceId, clientId }: Pick<OpenSession, "accountId" | "deviceId" | "clientId">,
): Promise<"device-id-in-use" | "homeserver-unavailable" | undefined> {
	const { name } = claims((await deps.storage.read.sessions.clientMetadata(clientId)) ?? "{}");
	try {
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
	const refused = await refusal(unit, { accountId, deviceId, now });
	if (refused !== undefined || !(await consume(unit, id))) {
		await dropUnheldDevice(unit, { accountId, deviceId, now });
		return refuse(refused ?? "spent");
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

interface Device {
	readonly accountId: string;
	readonly deviceId: string;
	readonly now: number;
}

/** Why the device may not be opened now. Asked within the transaction: all of it may have changed while the homeserver was asked. */
export async function refusal(
	unit: Pick<SessionsUnit, "sessions" | "requests" | "homeserver">,
	{ accountId, deviceId, now }: Device,
): Promise<"account-closed" | "device-id-in-use" | "homeserver-unavailable" | undefined> {
	if (!mayHold(await unit.sessions.holder(accountId))) return "account-closed";
	// Its earlier session has ended meanwhile and taken it along: another try makes it anew.
	if (!(await unit.homeserver.hasDevice(accountId, deviceId))) return "homeserver-unavailable";
	return waitsAsKey(deviceId, await unit.requests.ofAccount(accountId, now)) ? "device-id-in-use" : undefined;
}

export function mayHold(holder: SessionHolder | undefined): holder is SessionHolder {
	return holder !== undefined && !holder.closed && !holder.locked;
}

/** A refused opening must not leave the device behind that was made for it: nobody could sign it out. */
export async function dropUnheldDevice(unit: SessionsUnit, device: Device): Promise<void> {
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
