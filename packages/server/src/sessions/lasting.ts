import { type AccountId, asSessionId, type SessionId, type Transactions } from "@countersign/core";
import { administers, type DeviceId, type MatrixScope, parseMatrixScope } from "@countersign/protocol";
import type { Operator } from "../audit/index.ts";
import { lastingClient } from "./device-session.ts";
import { dropUnheldDevice, isHeld, mayHold, provision, refusal } from "./open.ts";
import type { SessionsUnit } from "./ports.ts";
import type { OpenOutcome, SessionsDeps } from "./session.ts";
import { createToken, tokenHash } from "./token-format.ts";

/** Beside what sessions need: the token's name is kept as that of a client, which is what pages show. */
export interface LastingUnit extends SessionsUnit {
	readonly clients: { register(client: LastingClient): Promise<unknown> };
}

interface LastingClient {
	readonly id: string;
	readonly metadata: {
		readonly application_type: "native";
		readonly client_uri: string;
		readonly client_name: string;
		readonly redirect_uris: readonly [];
		readonly response_types: readonly [];
		readonly grant_types: readonly [];
		readonly token_endpoint_auth_method: "none";
		readonly localized: Readonly<Record<string, string>>;
	};
	readonly createdAt: number;
}

interface LastingDeps<Unit extends LastingUnit>
	extends Pick<SessionsDeps<Unit>, "clock" | "random" | "homeserver" | "wayBack"> {
	readonly storage: Transactions<Unit>;
	/** With a trailing slash. */
	readonly publicBase: string;
}

/** Tokens for programs that cannot sign in: they last until the session is ended, by its owner or the operator. */
export interface LastingTokens {
	/**
	 * Opens a session that this one token holds; the device exists at the homeserver before the token does. Whoever
	 * calls must be the operator, whose name stands in the security log: nothing is proved here. Never takes over a device that is signed in or kept.
	 */
	issue(wanted: WantedToken, by: Operator): Promise<IssueOutcome>;
}

export interface WantedToken {
	readonly accountId: AccountId;
	/** What the person reads in the list of devices. */
	readonly name: string;
	readonly deviceId: DeviceId;
	/**
	 * Without the device, which is added in the same naming, and so is the client-server API where it is missing: a
	 * homeserver takes no token without it, for its administration neither. To administer is for administrators.
	 */
	readonly scope: string;
}

type IssueOutcome =
	/** The token leaves the server here and never again. */
	| { readonly ok: true; readonly token: string; readonly sessionId: SessionId; readonly scope: string }
	/** `description` is for the operator. */
	| { readonly ok: false; readonly reason: "scope-refused"; readonly description: string }
	| { readonly ok: false; readonly reason: "device-signed-in" | "not-admin" }
	| { readonly ok: false; readonly reason: Exclude<Extract<OpenOutcome, { ok: false }>["reason"], "spent"> };

export function createLastingTokens<Unit extends LastingUnit>(deps: LastingDeps<Unit>): LastingTokens {
	return {
		async issue(wanted, by) {
			const scope = scopeOf(wanted);
			if (!scope.ok) return { ok: false, reason: "scope-refused", description: scope.description };
			const [unknown] = scope.value.leftOut;
			if (unknown !== undefined)
				return { ok: false, reason: "scope-refused", description: `The scope ${unknown} is not known` };
			const { accountId, deviceId } = wanted;
			const device = { accountId, deviceId };
			const holder = await deps.storage.read.sessions.holder(accountId);
			if (!mayHold(holder)) return { ok: false, reason: "account-closed" };
			if (administers(scope.value.tokens.join(" ")) && !holder.admin)
				return { ok: false, reason: "not-admin" };
			// Before the homeserver is asked, so that a refusal does not rename the device.
			if (await isHeld(deps.storage.read, device)) return { ok: false, reason: "device-signed-in" };
			const clientId = await registerName(deps, wanted.name);
			const refused = await provision(deps, holder, { ...device, clientId });
			if (refused !== undefined) return { ok: false, reason: refused };
			return begin(deps, { ...device, clientId, scope: scope.value.tokens.join(" ") }, by);
		},
	};
}

interface LastingSession {
	readonly accountId: AccountId;
	readonly deviceId: DeviceId;
	readonly clientId: string;
	readonly scope: string;
}

function begin<Unit extends LastingUnit>(
	{ storage, clock, random, wayBack }: LastingDeps<Unit>,
	session: LastingSession,
	actor: Operator,
): Promise<IssueOutcome> {
	return storage.write(async (unit) => {
		const now = clock();
		const { accountId, deviceId, scope, clientId } = session;
		const device = { accountId, deviceId, now };
		const refused =
			(await refusal(unit, device)) ||
			((await isHeld(unit, device)) && "device-signed-in") ||
			((await hasTooMuch(unit, session)) && "not-admin");
		if (refused) {
			await dropUnheldDevice(unit, device);
			return { ok: false, reason: refused };
		}
		const sessionId = asSessionId(random.token());
		await unit.sessions.add({ ...session, id: sessionId, createdAt: now });
		const token = createToken("lasting", random);
		await unit.tokens.addAccess({ hash: tokenHash(token), sessionId, createdAt: now });
		const way = await wayBack?.(unit);
		if (way !== undefined) await unit.tokens.keepSealed(sessionId, way.seal(sessionId, token));
		const event = { id: random.token(), accountId, at: now, sessionId, deviceId, actor } as const;
		await unit.events.record({ ...event, kind: "token-issued", detail: { clientId } });
		return { ok: true, token, sessionId, scope };
	});
}

/** The person may have been made an administrator no more while the homeserver was asked. */
async function hasTooMuch(
	unit: Pick<SessionsUnit, "sessions">,
	{ accountId, scope }: LastingSession,
): Promise<boolean> {
	return administers(scope) && (await unit.sessions.holder(accountId))?.admin !== true;
}

type Scope = { readonly ok: true; readonly value: MatrixScope } | { ok: false; readonly description: string };

function scopeOf({ scope, deviceId }: WantedToken): Scope {
	const prefix = scope.includes("urn:matrix:org.matrix.msc2967.client:")
		? "urn:matrix:org.matrix.msc2967.client:"
		: "urn:matrix:client:";
	return parseMatrixScope(`${prefix}api:* ${scope} ${prefix}device:${deviceId}`);
}

/** A client that no request can use: it has no address to return to and no grant to ask with. */
async function registerName<Unit extends LastingUnit>(
	{ storage, clock, random, publicBase }: LastingDeps<Unit>,
	name: string,
): Promise<string> {
	const id = `${lastingClient}${random.token(16)}`;
	const metadata = lastingMetadata(name, publicBase);
	await storage.write((unit) => unit.clients.register({ id, metadata, createdAt: clock() }));
	return id;
}

/** What a token's name is kept in. */
export function lastingMetadata(name: string, publicBase: string): LastingClient["metadata"] {
	return {
		application_type: "native",
		client_uri: publicBase,
		client_name: name,
		redirect_uris: [],
		response_types: [],
		grant_types: [],
		token_endpoint_auth_method: "none",
		localized: {},
	};
}
