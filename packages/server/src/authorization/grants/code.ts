import { type MatrixScope, parseMatrixScope } from "@countersign/protocol";
import type { AdapterPayload } from "oidc-provider";
import { recordHash } from "../adapter.ts";
import type { AuthorizationStorage } from "../ports.ts";

/** What the engine calls an authorization code. */
const kind = "AuthorizationCode";

/** An authorization code as it was issued, and what became of it. */
export interface IssuedCode {
	readonly idHash: string;
	readonly accountId: string;
	readonly clientId: string;
	readonly redirectUri: string;
	readonly challenge: string;
	readonly scope: MatrixScope;
	/** Of the account when its person agreed. */
	readonly generation: number;
	/** Epoch seconds, as OpenID Connect counts. */
	readonly authTime?: number;
	readonly nonce?: string;
	readonly expiresAt: number;
	/** Whether it was exchanged, and for which session. */
	readonly spent: boolean;
	readonly sessionId?: string;
}

/** The code, expired and spent ones included: a replay has to be recognised. */
export async function findCode(storage: AuthorizationStorage, code: string): Promise<IssuedCode | undefined> {
	const record = await storage.read.engineRecords.find(kind, recordHash(code));
	if (record === undefined) return undefined;
	const { accountId, clientId, redirectUri, codeChallenge, scope, grantId, authTime, nonce } = JSON.parse(
		record.payload,
	) as AdapterPayload;
	const granted = parseMatrixScope(scope ?? "");
	if (!accountId || !clientId || !redirectUri || !codeChallenge || !grantId || !granted.ok)
		throw new Error("an authorization code was stored without what it is bound to");
	return {
		idHash: record.idHash,
		accountId,
		clientId,
		redirectUri,
		challenge: codeChallenge,
		scope: granted.value,
		generation: Number(grantId),
		expiresAt: record.expiresAt,
		spent: record.consumedAt !== undefined,
		...(authTime === undefined ? {} : { authTime }),
		...(nonce === undefined ? {} : { nonce }),
		...(record.sessionId === undefined ? {} : { sessionId: record.sessionId }),
	};
}

/**
 * The one statement that spends a code, unless the person has thrown everybody out since they agreed. For the
 * transaction that opens the session.
 */
export function codeSpend({ idHash, accountId, generation }: IssuedCode, sessionId: string, now: number) {
	return { kind, idHash, now, sessionId, agreed: { accountId, generation } };
}
