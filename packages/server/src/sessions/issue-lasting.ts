import { type AccountId, asSessionId, type SessionId, type Transactions } from "@countersign/core";
import {
	administers,
	administersHomeserver,
	asDeviceId,
	type DeviceId,
	parseMatrixScope,
} from "@countersign/protocol";
import type { Actor, SecurityEventKind } from "../audit/index.ts";
import type { Random } from "../config/ports.ts";
import { lastingMetadata } from "./lasting-metadata.ts";
import { newDeviceId } from "./new-device-id.ts";
import { dropUnheldDevice, isHeld, mayHold, provision, refusal } from "./open.ts";
import type { SessionEnds, SessionsUnit, TokenNames } from "./ports.ts";
import type { OpenOutcome, SessionsDeps } from "./session.ts";
import { createToken, tokenHash } from "./token-format.ts";

/** Beside what sessions need: the token's name is kept as that of a client, which is what pages show. */
export interface IssueUnit extends SessionsUnit {
	readonly clients: TokenNames;
	readonly sessionEnds: Pick<SessionEnds, "renew">;
}

export interface IssueDeps<Unit extends IssueUnit>
	extends Pick<SessionsDeps<Unit>, "clock" | "random" | "homeserver" | "wayBack"> {
	readonly storage: Transactions<Unit>;
	/** Takes back what was made for an issue that failed. Default: the same. */
	readonly takingBack?: Transactions<Unit> | undefined;
	/** With a trailing slash. */
	readonly publicBase: string;
}

export interface WantedToken {
	readonly accountId: AccountId;
	/** What the person reads in the list of devices. */
	readonly name: string;
	/**
	 * Null: the token is of no device, and cannot replace the identity; but what administers the homeserver gets one that
	 * is drawn here.
	 */
	readonly deviceId: DeviceId | null;
	/**
	 * Without the device, which is added in the same naming. The client-server API is added where nothing else is asked
	 * for, and where a homeserver demands it: of what has a device or administers it. To administer is for administrators.
	 */
	readonly scope: string;
	/** Default: it lasts until its session is ended. */
	readonly expiresAt?: number | undefined;
}

export interface Issued {
	readonly ok: true;
	/** It leaves the server here and never again. */
	readonly token: string;
	readonly sessionId: SessionId;
	readonly scope: string;
}

export type IssueRefusal =
	/** `description` is for the operator. */
	| { readonly ok: false; readonly reason: "scope-refused"; readonly description: string }
	| { readonly ok: false; readonly reason: "device-signed-in" | "not-admin" | "made-before" }
	| { readonly ok: false; readonly reason: Exclude<Extract<OpenOutcome, { ok: false }>["reason"], "spent"> };

export interface Issuing<Unit, Refused> {
	readonly wanted: WantedToken;
	/** Where its name is kept; one that is there already was made before. */
	readonly clientId: string;
	readonly line: { readonly kind: SecurityEventKind; readonly actor: Actor; readonly address?: string };
	/** Asked in the transaction: why not, or undefined. Default: nothing is. */
	readonly mayNot?: (unit: Unit, now: number) => Promise<Refused | undefined>;
	/** Asked in the transaction, after that: at which stay elsewhere it is made, with whose end it may end. Default: at none. */
	readonly stayOf?: (unit: Unit) => Promise<string | undefined>;
}

/** Opens a session that one token holds. Whoever calls decides who may. */
export async function issueLasting<Unit extends IssueUnit, Refused = never>(
	deps: IssueDeps<Unit>,
	asked: Issuing<Unit, Refused>,
): Promise<Issued | IssueRefusal | Refused> {
	const issuing = { ...asked, wanted: { ...asked.wanted, deviceId: deviceOf(asked.wanted, deps.random) } };
	const { wanted, clientId } = issuing;
	const scope = scopeOf(wanted);
	if (!scope.ok) return { ok: false, reason: "scope-refused", description: scope.description };
	const { accountId, deviceId } = wanted;
	const holder = await deps.storage.read.sessions.holder(accountId);
	if (!mayHold(holder)) return { ok: false, reason: "account-closed" };
	if (administers(scope.text) && !holder.admin) return { ok: false, reason: "not-admin" };
	if (deviceId !== null) {
		const device = { accountId, deviceId };
		// Before the homeserver is asked, so that a refusal does not rename the device.
		if (await isHeld(deps.storage.read, device)) return { ok: false, reason: "device-signed-in" };
		const refused = await provision(deps, holder, { ...device, clientId, deviceName: wanted.name });
		if (refused !== undefined) return { ok: false, reason: refused };
	}
	try {
		return await begin(deps, issuing, scope.text);
	} catch (error) {
		// Who asked may not any more, or the data are away: nobody could sign the device out that was made for it.
		if (deviceId !== null) await takeBack(deps, { accountId, deviceId });
		throw error;
	}
}

/** What it fails by is told as the failure of the issue. */
async function takeBack<Unit extends IssueUnit>(
	{ storage, takingBack = storage, clock }: IssueDeps<Unit>,
	device: { readonly accountId: AccountId; readonly deviceId: DeviceId },
): Promise<void> {
	try {
		await takingBack.write((unit) => dropUnheldDevice(unit, { ...device, now: clock() }));
	} catch {
		// A device of the built-in homeserver that nothing holds is cleaned away later.
	}
}

/** Synapse forgets a token at once with its device; one without it may believe for two minutes more. */
function deviceOf({ deviceId, scope }: WantedToken, random: Random): DeviceId | null {
	return deviceId === null && administersHomeserver(scope) ? newDeviceId(random) : deviceId;
}

function begin<Unit extends IssueUnit, Refused>(
	{ storage, clock, random, wayBack, publicBase }: IssueDeps<Unit>,
	{ wanted, clientId, line, mayNot, stayOf }: Issuing<Unit, Refused>,
	scope: string,
): Promise<Issued | IssueRefusal | Refused> {
	return storage.write(async (unit) => {
		const now = clock();
		const { accountId, deviceId, expiresAt: endsAt, name } = wanted;
		const not = await mayNot?.(unit, now);
		const refused = not === undefined ? await whyNot(unit, { ...wanted, scope, now }) : undefined;
		const client = { id: clientId, metadata: lastingMetadata(name, publicBase), createdAt: now };
		const isFirst = not === undefined && refused === undefined && (await unit.clients.registerFirst(client));
		if (!isFirst) {
			if (deviceId !== null) await dropUnheldDevice(unit, { accountId, deviceId, now });
			return not ?? { ok: false, reason: refused ?? "made-before" };
		}
		const sessionId = asSessionId(random.token());
		const stay = await stayOf?.(unit);
		const session = { id: sessionId, accountId, clientId, deviceId, scope, createdAt: now, endsAt, stay };
		await unit.sessions.add(session);
		const token = createToken("lasting", random);
		await unit.tokens.addAccess({
			...{ hash: tokenHash(token), sessionId, createdAt: now },
			...(endsAt !== undefined && { expiresAt: endsAt }),
		});
		const way = await wayBack?.(unit);
		if (way !== undefined) await unit.tokens.keepSealed(sessionId, way.seal(sessionId, token));
		await unit.events.record({
			...{ id: random.token(), accountId, at: now, sessionId, ...line, detail: { clientId } },
			...(deviceId !== null && { deviceId }),
		});
		return { ok: true, token, sessionId, scope };
	});
}

/** All of it may have changed while the homeserver was asked. */
async function whyNot(
	unit: SessionsUnit,
	{ accountId, deviceId, scope, now }: WantedToken & { readonly now: number },
): Promise<Exclude<IssueRefusal["reason"], "scope-refused"> | undefined> {
	if (deviceId === null) {
		if (!mayHold(await unit.sessions.holder(accountId))) return "account-closed";
	} else {
		const refused = await refusal(unit, { accountId, deviceId, now });
		if (refused !== undefined) return refused;
		if (await isHeld(unit, { accountId, deviceId })) return "device-signed-in";
	}
	// The person may have been made an administrator no more.
	const isAdmin = (await unit.sessions.holder(accountId))?.admin === true;
	return administers(scope) && !isAdmin ? "not-admin" : undefined;
}

type Scope =
	| { readonly ok: true; readonly text: string }
	| { readonly ok: false; readonly description: string };

/** Stands for the device of a token without one, while its scope is read. */
const noDevice = asDeviceId("no-device-at-all");

function scopeOf({ scope, deviceId }: WantedToken): Scope {
	const prefix = scope.includes("urn:matrix:org.matrix.msc2967.client:")
		? "urn:matrix:org.matrix.msc2967.client:"
		: "urn:matrix:client:";
	const device = `${prefix}device:${deviceId ?? noDevice}`;
	const parsed = parseMatrixScope(`${prefix}api:* ${scope} ${device}`);
	if (!parsed.ok) return parsed;
	const [unknown] = parsed.value.leftOut;
	if (unknown !== undefined) return { ok: false, description: `The scope ${unknown} is not known` };
	const api = `${prefix}api:*`;
	const isApiWanted = deviceId !== null || administersHomeserver(scope) || ["", api].includes(scope.trim());
	const asked = new Set([...scope.split(" "), device, ...(isApiWanted ? [api] : [])]);
	const given = parsed.value.tokens.filter((token) => asked.has(token));
	return { ok: true, text: given.filter((token) => deviceId !== null || token !== device).join(" ") };
}
