import type { Transactions } from "@countersign/core";
import { makeUserId } from "@countersign/protocol";
import type { Clock } from "../config/ports.ts";
import type { Activity } from "./activity.ts";
import type { StoredAccess, TokenRecords } from "./ports.ts";
import type { Authentication, Visit } from "./session.ts";
import { tokenHash, tokenKind } from "./token-format.ts";

interface AuthenticateDeps {
	readonly storage: Transactions<{ readonly tokens: Pick<TokenRecords, "findAccess"> }>;
	readonly clock: Clock;
	readonly serverName: string;
	readonly activity: Pick<Activity, "note">;
}

/** @see Sessions.authenticate */
export async function authenticate(
	deps: AuthenticateDeps,
	accessToken: string,
	visit: Visit,
): Promise<Authentication> {
	if (!isAccessToken(accessToken)) return { ok: false, reason: "unknown" };
	return authenticateHash(deps, tokenHash(accessToken), visit);
}

/** The same of a token of which only the hash is known. */
export async function authenticateHash(
	deps: AuthenticateDeps,
	hash: string,
	visit: Visit,
): Promise<Authentication> {
	const token = await deps.storage.read.tokens.findAccess(hash);
	const now = deps.clock();
	const reason = refusal(token, now);
	if (token === undefined || reason !== undefined) return { ok: false, reason: reason ?? "unknown" };
	deps.activity.note(hash, token, { at: now, address: visit.address });
	return {
		ok: true,
		caller: {
			accountId: token.accountId,
			localpart: token.localpart,
			userId: makeUserId(token.localpart, deps.serverName),
			sessionId: token.sessionId,
			deviceId: token.deviceId,
			clientId: token.clientId,
			scope: token.scope,
			admin: token.admin,
			tokenHash: hash,
		},
		issuedAt: token.createdAt,
		...(token.expiresAt === undefined ? {} : { expiresAt: token.expiresAt }),
		...(token.event === undefined ? {} : { event: token.event }),
	};
}

/** Locked goes before expired: the app is to keep what it holds, not to be sent for a new token it cannot get. */
function refusal(
	token: StoredAccess | undefined,
	now: number,
): Extract<Authentication, { ok: false }>["reason"] | undefined {
	if (token === undefined) return "unknown";
	if (token.ended) return token.deviceKept ? "device-kept" : "ended";
	if (token.locked) return "locked";
	return isExpired(token, now) ? "expired" : undefined;
}

export function isExpired({ expiresAt }: Pick<StoredAccess, "expiresAt">, now: number): boolean {
	return expiresAt !== undefined && expiresAt <= now;
}

export function isAccessToken(text: string): boolean {
	const kind = tokenKind(text);
	return kind === "access" || kind === "lasting" || kind === "compat-access";
}
