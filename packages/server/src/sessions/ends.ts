import type { SessionRules } from "./rules.ts";
import type { DeviceSession } from "./session.ts";

/** When a session ends by itself, as things are: an app that is used ends later. Undefined: it does not. */
export function expectedEnd(
	{ lasting, endsAt, createdAt, lastUsedAt }: DeviceSession,
	{ idleMs, ageMs }: SessionRules,
): number | undefined {
	if (lasting) return endsAt;
	const ends = [
		...(idleMs === undefined ? [] : [lastUsedAt + idleMs]),
		...(ageMs === undefined ? [] : [createdAt + ageMs]),
	];
	return ends.length === 0 ? undefined : Math.min(...ends);
}

const day = 24 * 3_600_000;

/** How long before its end a person is told of it: a week, or a day of what lasts no longer than a fortnight. */
export const toldBefore = { longMs: 7 * day, shortMs: day, shortUpToMs: 14 * day } as const;

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
