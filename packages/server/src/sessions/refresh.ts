import type { Activity } from "./activity.ts";
import { endSessions } from "./end.ts";
import { issueBeside } from "./issue.ts";
import { tokenLifetimes } from "./lifetimes.ts";
import type { SessionsUnit, StoredRefresh } from "./ports.ts";
import type { QuickRefresh } from "./quick-refresh.ts";
import { decideRetry } from "./retry.ts";
import { usualRules } from "./rules.ts";
import type { RefreshOutcome, RefreshRequest, SessionsDeps } from "./session.ts";
import { parseSuccessorKeys, type SuccessorKeys, successorKeysName } from "./successor-keys.ts";
import { type RefreshKind, successorOf, tokenHash, tokenKind } from "./token-format.ts";

const refuse = (reason: Extract<RefreshOutcome, { ok: false }>["reason"]) => ({ ok: false, reason }) as const;

interface Refreshing<Unit extends SessionsUnit> extends Refresher<Unit> {
	readonly request: RotationRequest;
	readonly hash: string;
}

interface Refresher<Unit extends SessionsUnit> {
	readonly deps: SessionsDeps<Unit>;
	readonly activity: Activity;
	readonly quick: QuickRefresh;
}

interface RotationRequest extends RefreshRequest {
	/** What the token has to be: that of one API is worth nothing at the other. */
	readonly kind: RefreshKind;
}

/** @see Sessions.refresh */
export async function refreshSession<Unit extends SessionsUnit>(
	refresher: Refresher<Unit>,
	request: RotationRequest,
): Promise<RefreshOutcome> {
	const { deps, quick } = refresher;
	if (tokenKind(request.refreshToken) !== request.kind) return refuse("unknown");
	const hash = tokenHash(request.refreshToken);
	const usual = await quick.refresh(request, hash);
	if (usual !== undefined) return usual;
	// Which client a token belongs to never changes, so that strangers are turned away without a write.
	const known = await deps.storage.read.tokens.findRefresh(hash);
	if (known === undefined) return refuse("unknown");
	// No proof of theft, so the session lives: ending it here would let a wrong setting sign somebody out.
	if (known.clientId !== request.clientId) return refuse("other-client");
	return deps.storage.write((unit) => rotate(unit, { ...refresher, request, hash }));
}

async function rotate<Unit extends SessionsUnit>(
	unit: Unit,
	{ deps, activity, quick, request, hash }: Refreshing<Unit>,
): Promise<RefreshOutcome> {
	const token = await unit.tokens.findRefresh(hash);
	if (token === undefined) return refuse("unknown");
	if (token.ended) return refuse("ended");
	if (token.locked) return refuse("locked");
	const now = deps.clock();
	const kept = await unit.settings.get(successorKeysName);
	quick.saw(kept);
	const keys = parseSuccessorKeys(kept, deps.secretKey);
	let successor = successorOf(request.refreshToken, keys.current);
	const { sessionId } = token;
	if (await unit.tokens.consumeRefresh(hash, now)) {
		if (token.sibling !== null) await unit.tokens.consumeRefresh(token.sibling, now);
		await unit.tokens.addRefresh({ hash: tokenHash(successor), sessionId, createdAt: now });
	} else {
		successor = (await successorOfBefore(unit, { token: request.refreshToken, keys, now })) ?? successor;
		await activity.settle(unit, sessionId);
		const verdict = await judgeRetry(unit, { hash, successor, now });
		if (verdict !== "answer-again") {
			const seen = { deps, token, hash, now, address: request.address };
			await (verdict === "late" ? noteLate(unit, seen) : endReused(unit, seen));
			return refuse(verdict);
		}
	}
	// An approval for one access token is for nobody who comes with another.
	await unit.requests.withdraw({ of: "elevation", sessionId }, "token-refreshed", now);
	return { ok: true, tokens: await handOut(unit, { deps, token, successor, now, address: request.address }) };
}

/** What followed a token that was used before the key changed; undefined where that is not so, or too long ago. */
async function successorOfBefore(
	unit: SessionsUnit,
	{ token, keys, now }: { readonly token: string; readonly keys: SuccessorKeys; readonly now: number },
): Promise<string | undefined> {
	const { before } = keys;
	if (before === undefined || now >= before.until) return undefined;
	const successor = successorOf(token, before.key);
	return (await unit.tokens.findRefresh(tokenHash(successor))) === undefined ? undefined : successor;
}

async function judgeRetry(
	unit: SessionsUnit,
	retry: { readonly hash: string; readonly successor: string; readonly now: number },
): Promise<ReturnType<typeof decideRetry>> {
	const successorHash = tokenHash(retry.successor);
	const old = await unit.tokens.findRefresh(retry.hash);
	const next = await unit.tokens.findRefresh(successorHash);
	return decideRetry({
		now: retry.now,
		rotatedAt: old?.consumedAt ?? retry.now,
		lateAt: old?.lateAt ?? null,
		// A successor that is gone was used and cleaned away since.
		successorConsumed: next === undefined || next.consumedAt !== null,
		answerArrived: await unit.tokens.anyUsedBeside(successorHash),
	});
}

interface OldToken<Unit extends SessionsUnit> {
	readonly deps: SessionsDeps<Unit>;
	readonly token: StoredRefresh;
	readonly hash: string;
	readonly now: number;
	readonly address: string | undefined;
}

/** One line for each token, however often it comes within the time. */
async function noteLate<Unit extends SessionsUnit>(unit: Unit, seen: OldToken<Unit>): Promise<void> {
	const { deps, token, hash, now, address } = seen;
	if (!(await unit.tokens.noteLate(hash, now))) return;
	const { accountId, sessionId, deviceId } = token;
	await unit.events.record({
		...{ id: deps.random.token(), accountId, at: now, kind: "refresh-token-late", sessionId },
		...(deviceId !== null && { deviceId }),
		...(address === undefined ? {} : { address }),
		actor: { kind: "app", clientId: token.clientId },
		detail: {},
	});
}

async function endReused<Unit extends SessionsUnit>(
	unit: Unit,
	{ deps, token, now, address }: OldToken<Unit>,
): Promise<void> {
	const actor = { kind: "app", clientId: token.clientId } as const;
	const ending = { reason: "refresh-token-reused", now, random: deps.random, actor, address } as const;
	await endSessions(unit, { sessionId: token.sessionId }, ending);
}

async function handOut<Unit extends SessionsUnit>(
	unit: Unit,
	out: {
		readonly deps: SessionsDeps<Unit>;
		readonly token: StoredRefresh;
		readonly successor: string;
		readonly now: number;
		readonly address: string | undefined;
	},
) {
	const { deps, token, successor, now, address } = out;
	const { sessionId } = token;
	const tokens = await issueBeside(unit, successor, {
		...{ bearer: token, now, random: deps.random },
		accessSeconds: (deps.rules ?? usualRules).accessSeconds,
	});
	await unit.tokens.keepAccess({
		sessionId,
		newest: tokenHash(tokens.accessToken),
		keep: tokenLifetimes.accessPerSession,
		now,
	});
	await unit.sessions.touch({ sessionId, at: now, address });
	return tokens;
}
