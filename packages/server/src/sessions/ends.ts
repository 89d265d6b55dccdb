import { replacedWithinMs } from "./lifetimes.ts";
import type { SessionRules } from "./rules.ts";
import type { DeviceSession } from "./session.ts";

const day = 24 * 3_600_000;

/** How long before its end a person is told of it: a week, or a day of what lasts no longer than a fortnight. */
export const toldBefore = { longMs: 7 * day, shortMs: day, shortUpToMs: 14 * day } as const;

/**
 * When a session ends by itself, as things are: an app that is used ends later. It is the end that the person was told
 * of, or the first that they can be told of by now: never one that has come and gone untold. Undefined: it does not.
 */
export function expectedEnd(
	session: DeviceSession,
	{ idleMs, ageMs }: SessionRules,
	now: number,
): number | undefined {
	const { lasting, endsAt, createdAt, lastUsedAt, endTold } = session;
	if (lasting) return endsAt === undefined || endsAt > now ? endsAt : replacedUntil(session, now);
	const notice = { noticeMs: toldBefore.shortMs, graceMs: 0 };
	const ends = [
		...(idleMs === undefined ? [] : [promised(lastUsedAt + idleMs, endTold?.idle, { ...notice, now })]),
		...(ageMs === undefined ? [] : [promised(createdAt + ageMs, endTold?.age, { ...notice, now })]),
	];
	return ends.length === 0 ? undefined : Math.min(...ends);
}

/** How long a token that is over can be replaced: from its end, or from when its person was told, if that was later. */
export function replacedUntil({ endsAt = 0, endTold }: DeviceSession, now: number): number {
	const end = promised(endsAt, endTold?.token, { noticeMs: 0, graceMs: replacedWithinMs, now });
	return end + replacedWithinMs;
}

/** What was told of an earlier end, or so long ago that it came to nothing, says nothing of this one. */
function promised(
	end: number,
	told: number | undefined,
	{ noticeMs, graceMs, now }: { readonly noticeMs: number; readonly graceMs: number; readonly now: number },
): number {
	const counts = told !== undefined && told >= end && told > now - graceMs - toldBefore.longMs;
	return counts ? told : Math.max(end, now + noticeMs);
}

function toldBeforeMs(lifetimeMs: number): number {
	return lifetimeMs > toldBefore.shortUpToMs ? toldBefore.longMs : toldBefore.shortMs;
}

/** Whether its person is told that it ends, or that the token of a program is over. */
export function endsSoon(session: DeviceSession, rules: SessionRules, now: number): boolean {
	const { lasting, endsAt, createdAt, tokenMadeAt = createdAt, lastUsedAt } = session;
	const isSoon = (from: number, lifetimeMs: number | undefined) =>
		lifetimeMs !== undefined && from + lifetimeMs - toldBeforeMs(lifetimeMs) <= now;
	if (lasting) return endsAt !== undefined && isSoon(tokenMadeAt, endsAt - tokenMadeAt);
	return isSoon(lastUsedAt, rules.idleMs) || isSoon(createdAt, rules.ageMs);
}
