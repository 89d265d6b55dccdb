import { createHmac } from "node:crypto";
import { type AccountId, asAccountId, type SessionId } from "@countersign/core";
import { type MatrixScope, parseMatrixScope } from "@countersign/protocol";
import type { AdapterPayload } from "oidc-provider";
import { recordHash } from "../adapter.ts";
import { lifetimes } from "../lifetimes.ts";
import type { AuthorizationStorage } from "../ports.ts";

/** What the engine calls an authorization code. */
const kind = "AuthorizationCode";

/** An authorization code as it was issued, and what became of it. */
export interface IssuedCode {
	readonly idHash: string;
	readonly accountId: AccountId;
	readonly clientId: string;
	readonly redirectUri: string;
	readonly challenge: string;
	readonly scope: MatrixScope;
	/** Of the account when its person agreed. */
	readonly generation: number;
	/** Epoch seconds, as OpenID Connect counts. */
	readonly authTime?: number;
	/** How the person proved to be there. @see https://www.rfc-editor.org/rfc/rfc8176 */
	readonly amr?: readonly string[];
	/** How strong that was. */
	readonly acr?: string;
	/** The request to replace an identity that was approved with it, for the token that it buys. */
	readonly approves?: string;
	/** From where it was. */
	readonly from?: string;
	/** When the person agreed. */
	readonly agreedAt: number;
	readonly nonce?: string;
	/** At another service, of the browser in which it was agreed to. */
	readonly stay?: string;
	readonly expiresAt: number;
	/** Whether it was exchanged, and for which session. */
	readonly spent: boolean;
	readonly sessionId?: SessionId;
}

/**
 * The code that a person's yes to this request makes. It is derived under the server's own key, so that the same yes
 * always gives the same code and the database holds none that could be presented.
 * @param uid of the interaction, which is answered once
 */
export function codeOf(uid: string, secretKey: Uint8Array): string {
	return createHmac("sha256", secretKey).update(`countersign code\n${uid}`).digest("base64url");
}

/** The row of a code that was agreed to at `now`: what `findCode` reads. */
export function codeRecord(code: string, issued: Agreed, now: number) {
	const { challenge, generation, amr, ...bound } = issued;
	const payload: AdapterPayload = {
		...bound,
		...(amr && { amr: [...amr] }),
		codeChallenge: challenge,
		grantId: String(generation),
	};
	return {
		...{ kind, idHash: recordHash(code), payload: JSON.stringify(payload) },
		expiresAt: now + lifetimes.codeSeconds * 1000,
	};
}

/** What a code is bound to, the scope as it was granted. */
interface Agreed
	extends Pick<
		IssuedCode,
		| "accountId"
		| "clientId"
		| "redirectUri"
		| "challenge"
		| "generation"
		| "authTime"
		| "amr"
		| "acr"
		| "approves"
		| "from"
		| "nonce"
		| "stay"
	> {
	readonly scope: string;
}

/** The code, expired and spent ones included: a replay has to be recognised. */
export async function findCode(storage: AuthorizationStorage, code: string): Promise<IssuedCode | undefined> {
	const record = await storage.read.engineRecords.find(kind, recordHash(code));
	if (record === undefined) return undefined;
	const {
		accountId,
		clientId,
		redirectUri,
		codeChallenge,
		scope,
		grantId,
		authTime,
		amr,
		acr,
		nonce,
		approves,
		from,
		stay,
	} = JSON.parse(record.payload) as AdapterPayload;
	const granted = parseMatrixScope(scope ?? "");
	if (!accountId || !clientId || !redirectUri || !codeChallenge || !grantId || !granted.ok)
		throw new Error("an authorization code was stored without what it is bound to");
	return {
		idHash: record.idHash,
		accountId: asAccountId(accountId),
		clientId,
		redirectUri,
		challenge: codeChallenge,
		scope: granted.value,
		generation: Number(grantId),
		agreedAt: record.expiresAt - lifetimes.codeSeconds * 1000,
		expiresAt: record.expiresAt,
		spent: record.consumedAt !== undefined,
		...(authTime === undefined ? {} : { authTime }),
		...(amr === undefined ? {} : { amr }),
		...(acr === undefined ? {} : { acr }),
		...(typeof approves === "string" ? { approves } : {}),
		...(typeof from === "string" ? { from } : {}),
		...(nonce === undefined ? {} : { nonce }),
		...(typeof stay === "string" ? { stay } : {}),
		...(record.sessionId === undefined ? {} : { sessionId: record.sessionId }),
	};
}

/**
 * The one statement that spends a code, unless the person has thrown everybody out since they agreed. For the
 * transaction that opens the session.
 */
export function codeSpend({ idHash, accountId, generation }: IssuedCode, sessionId: SessionId, now: number) {
	return { kind, idHash, now, sessionId, agreed: { accountId, generation } };
}
