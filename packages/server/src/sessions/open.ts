import { type AccountId, asSessionId, HomeserverUnavailable, type SessionId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import { resetWindowOf } from "../audit/index.ts";
import { claims } from "./device-session.ts";
import { endSessions } from "./end.ts";
import { type Bearer, issuePair } from "./issue.ts";
import type { SessionHolder, SessionsUnit } from "./ports.ts";
import { roomFor } from "./room.ts";
import { usualRules } from "./rules.ts";
import type { OpenOutcome, OpenSession, Room, SessionsDeps } from "./session.ts";
import { createToken } from "./token-format.ts";
import { waitsAsKey } from "./waiting-keys.ts";

type Consume<Unit> = (unit: Unit, sessionId: SessionId) => Promise<boolean>;

type Refused = Extract<OpenOutcome, { ok: false }>;

const refuse = (reason: Refused["reason"]) => ({ ok: false, reason }) as const;

/** A session about to be opened, and how it is given its tokens. */
interface Opening<Unit, Tokens> {
	readonly session: OpenSession;
	readonly consume: Consume<Unit>;
	readonly issue: (unit: Unit, begun: Begun) => Promise<Tokens>;
}

/** A session that is there now, and has no tokens yet. */
interface Begun {
	readonly bearer: Bearer;
	readonly now: number;
	/** Where refresh tokens have to be of Synapse's shape: whose they are. */
	readonly synapseOwner?: string;
}

/** What a session may have. The one that refreshes, or else the other, is what all that follow come from. */
interface FirstTokens {
	readonly accessToken: string;
	readonly refreshToken?: string;
}

/** @see Sessions.open */
export function openSession<Unit extends SessionsUnit>(
	deps: SessionsDeps<Unit>,
	session: OpenSession,
	consume: Consume<Unit>,
): Promise<OpenOutcome> {
	const { random, rules: { accessSeconds } = usualRules } = deps;
	const issue = (unit: Unit, begun: Begun) =>
		issuePair(unit, createToken("refresh", random), {
			...begun,
			random,
			accessSeconds,
			event: session.event,
		});
	return openWith(deps, { session, consume, issue });
}

/** Opens a session of whichever kind. @see Sessions.open */
export async function openWith<Unit extends SessionsUnit, Tokens extends FirstTokens>(
	deps: SessionsDeps<Unit>,
	opening: Opening<Unit, Tokens>,
): Promise<{ readonly ok: true; readonly tokens: Tokens } | Refused> {
	const { session } = opening;
	const holder = await deps.storage.read.sessions.holder(session.accountId);
	if (!mayHold(holder)) return refuse("account-closed");
	// Not in the transaction, which must not wait for a network; a device without a session can do nothing.
	const refused = await provision(deps, holder, session);
	if (refused !== undefined) return refuse(refused);
	const { outcome, hasEnded } = await deps.storage.write(async (unit) => {
		const room = await roomFor(unit, session, { rules: deps.rules, now: deps.clock() });
		const begun = await begin({ ...deps, localpart: holder.localpart }, unit, { ...opening, room });
		return { outcome: begun, hasEnded: begun.ok && room !== undefined && room.length > 0 };
	});
	if (hasEnded) await deps.afterEnd?.(session.accountId);
	return outcome;
}

/** Makes the device exist at the homeserver, named after its client where the session gives it no name of its own. */
export async function provision<Unit extends SessionsUnit>(
	deps: Pick<SessionsDeps<Unit>, "storage" | "homeserver">,
	{ localpart }: SessionHolder,
	{ accountId, deviceId, clientId, deviceName }: Omit<OpenSession, "scope">,
): Promise<Exclude<Refused["reason"], "spent"> | undefined> {
	const name = deviceName ?? (await clientName(deps, clientId));
	try {
		const displayName = name === undefined ? {} : { displayName: name };
		const device = await deps.homeserver.upsertDevice({ accountId, localpart, deviceId, ...displayName });
		return device.ok ? undefined : device.reason;
	} catch (cause) {
		if (cause instanceof HomeserverUnavailable) return "homeserver-unavailable";
		throw cause;
	}
}

async function clientName<Unit extends SessionsUnit>(
	{ storage }: Pick<SessionsDeps<Unit>, "storage">,
	clientId: string,
): Promise<string | undefined> {
	return claims((await storage.read.sessions.clientMetadata(clientId)) ?? "{}").name;
}

async function begin<Unit extends SessionsUnit, Tokens extends FirstTokens>(
	deps: SessionsDeps<Unit> & { readonly localpart: string },
	unit: Unit,
	{ session, consume, issue, room }: Opening<Unit, Tokens> & { readonly room: Room },
): Promise<{ readonly ok: true; readonly tokens: Tokens } | Refused> {
	const { accountId, deviceId, clientId, stay } = session;
	const now = deps.clock();
	const id = asSessionId(deps.random.token());
	const refused =
		(await refusal(unit, { accountId, deviceId, now })) ?? (room ? undefined : "too-many-devices");
	// Whoever let it in was signed out meanwhile, by the service where they had signed in.
	const isOver = stay !== undefined && !(await unit.upstreamStays.isThere(stay));
	if (refused !== undefined || isOver || !(await consume(unit, id))) {
		await dropUnheldDevice(unit, { accountId, deviceId, now });
		return refuse(refused ?? "spent");
	}
	const ending = { now, random: deps.random, actor: { kind: "app", clientId } } as const;
	for (const { id: sessionId } of room ?? [])
		await endSessions(unit, { sessionId, accountId }, { ...ending, reason: "gave-way" });
	await endSessions(unit, { accountId, deviceId }, { ...ending, reason: "replaced" });
	await unit.sessions.add({ ...session, id, createdAt: now });
	await recordSignIn(unit, deps, { session, sessionId: id, now });
	const way = await deps.wayBack?.(unit);
	const owner = way?.isSynapse === true ? { synapseOwner: deps.localpart } : {};
	const tokens = await issue(unit, { bearer: { ...session, sessionId: id }, now, ...owner });
	const first = tokens.refreshToken ?? tokens.accessToken;
	if (way !== undefined) await unit.tokens.keepSealed(id, way.seal(id, first));
	return { ok: true, tokens };
}

interface Device {
	readonly accountId: AccountId;
	readonly deviceId: DeviceId;
	readonly now: number;
}

/** Why the device may not be opened now. Asked within the transaction: all of it may have changed while the homeserver was asked. */
export async function refusal(
	unit: Pick<SessionsUnit, "sessions" | "requests" | "homeserver" | "events">,
	{ accountId, deviceId, now }: Device,
): Promise<"account-closed" | "device-id-in-use" | "homeserver-unavailable" | undefined> {
	if (!mayHold(await unit.sessions.holder(accountId))) return "account-closed";
	// Its person says that it was not them who let any app replace the identity, and the homeserver would take one still.
	if ((await resetWindowOf(unit.events, accountId, now))?.state === "closed") return "homeserver-unavailable";
	// Its earlier session has ended meanwhile and taken it along: another try makes it anew.
	if (!(await unit.homeserver.hasDevice(accountId, deviceId))) return "homeserver-unavailable";
	return waitsAsKey(deviceId, await unit.requests.ofAccount(accountId, now)) ? "device-id-in-use" : undefined;
}

export function mayHold(holder: SessionHolder | undefined): holder is SessionHolder {
	return holder !== undefined && !holder.closed && !holder.locked;
}

/** A refused opening must not leave the device behind that was made for it: nobody could sign it out. */
export async function dropUnheldDevice(unit: SessionsUnit, device: Device): Promise<void> {
	if (await isHeld(unit, device)) return;
	await unit.homeserver.removeDevice(device.accountId, device.deviceId, device.now);
}

/** Whether a session is live on the device, or its keys are kept for one. */
export async function isHeld(
	unit: Pick<SessionsUnit, "sessions" | "keptDevices">,
	{ accountId, deviceId }: Pick<Device, "accountId" | "deviceId">,
): Promise<boolean> {
	const holders = await unit.sessions.live({ accountId, deviceId });
	return holders.length > 0 || (await unit.keptDevices.of({ accountId, deviceId })).length > 0;
}

async function recordSignIn<Unit extends SessionsUnit>(
	unit: SessionsUnit,
	deps: SessionsDeps<Unit>,
	opened: { readonly session: OpenSession; readonly sessionId: SessionId; readonly now: number },
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
		actor: { kind: "app", clientId },
		detail: { clientId },
	});
}
