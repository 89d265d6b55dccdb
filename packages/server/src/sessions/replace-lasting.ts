import type { AccountId, SessionId } from "@countersign/core";
import { administers } from "@countersign/protocol";
import type { Actor } from "../audit/index.ts";
import { deviceSession } from "./device-session.ts";
import type { IssueDeps, Issued, IssueUnit } from "./issue-lasting.ts";
import { mayHold } from "./open.ts";
import { createToken, tokenHash } from "./token-format.ts";

export interface ReplacedToken {
	readonly accountId: AccountId;
	readonly sessionId: SessionId;
	/** When the token was made that is to be replaced, as the caller saw it. */
	readonly seen: number;
	/** Of the new one. Default: it lasts until its session is ended. */
	readonly expiresAt?: number | undefined;
}

/**
 * `gone`: there is no such token of this person. `replaced-before`: another one took the place of the one that was seen.
 */
export type ReplaceOutcome =
	| Issued
	| { readonly ok: false; readonly reason: "gone" | "replaced-before" | "account-closed" | "not-admin" };

interface Replacing<Unit, Refused> {
	readonly actor: Actor;
	readonly address?: string;
	/** Asked in the transaction: why not, or undefined. Default: nothing is. */
	readonly mayNot?: (unit: Unit, now: number) => Promise<Refused | undefined>;
}

/**
 * In one transaction the old token is dead and the new one there. The session goes on with its device, and so with its
 * keys; what the holder of the old token asked for is withdrawn.
 */
export function replaceLasting<Unit extends IssueUnit, Refused = never>(
	{ storage, clock, random, wayBack }: IssueDeps<Unit>,
	{ accountId, sessionId, seen, expiresAt: endsAt }: ReplacedToken,
	{ mayNot, ...by }: Replacing<Unit, Refused>,
): Promise<ReplaceOutcome | Refused> {
	return storage.write(async (unit) => {
		const now = clock();
		const not = await mayNot?.(unit, now);
		if (not !== undefined) return not;
		const holder = await unit.sessions.holder(accountId);
		if (!mayHold(holder)) return { ok: false, reason: "account-closed" };
		const live = (await unit.sessions.live({ accountId })).find(({ id }) => id === sessionId);
		if (live === undefined || !deviceSession(live).lasting) return { ok: false, reason: "gone" };
		const { scope, deviceId, clientId } = live;
		if (administers(scope) && !holder.admin) return { ok: false, reason: "not-admin" };
		// Later than the one before, whatever the clock says: that is how the next caller tells them apart.
		const madeAt = Math.max(now, seen + 1);
		if (!(await unit.sessionEnds.renew({ sessionId, accountId, seen, madeAt, endsAt })))
			return { ok: false, reason: "replaced-before" };
		// It stays to be known until its session ends: a program that hears of an unknown token deletes its keys.
		await unit.tokens.expireAccessOf(sessionId, now);
		await unit.tokens.deleteSealedOf(sessionId);
		await unit.requests.withdraw({ of: "session", sessionId }, "session-ended", now);
		const token = createToken("lasting", random);
		await unit.tokens.addAccess({
			...{ hash: tokenHash(token), sessionId, createdAt: now },
			...(endsAt !== undefined && { expiresAt: endsAt }),
		});
		const way = await wayBack?.(unit);
		if (way !== undefined) await unit.tokens.keepSealed(sessionId, way.seal(sessionId, token));
		await unit.events.record({
			...{ id: random.token(), accountId, at: now, sessionId, kind: "token-replaced", ...by },
			...(deviceId !== null && { deviceId }),
			detail: { clientId },
		});
		return { ok: true, token, sessionId, scope };
	});
}
