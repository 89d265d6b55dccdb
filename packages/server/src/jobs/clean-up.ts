import type { CleanUpStorage, CleanUpUnit } from "./ports.ts";

const hour = 3_600_000;
const day = 24 * hour;

/**
 * How long dead rows are kept, in milliseconds, and what deletes them; in an order that frees what later rows refer
 * to. `docs/retention.md` gives the reasons.
 */
const retention: readonly {
	readonly what: string;
	readonly keptMs: number;
	readonly delete: (unit: CleanUpUnit, before: number, now: number) => Promise<number>;
}[] = [
	{ what: "access tokens", keptMs: day, delete: (u, t) => u.tokens.deleteExpired(t) },
	{ what: "refresh tokens", keptMs: day, delete: (u, t) => u.tokens.deleteConsumed(t) },
	{ what: "codes", keptMs: day, delete: (u, t) => u.engineRecords.deleteExpired("AuthorizationCode", t) },
	{ what: "interactions", keptMs: 0, delete: (u, t) => u.engineRecords.deleteExpired("Interaction", t) },
	{ what: "device authorizations", keptMs: day, delete: (u, t) => u.deviceAuthorizations.deleteExpired(t) },
	{ what: "sign-ins by browser", keptMs: 0, delete: (u, t) => u.ssoRequests.deleteExpired(t) },
	{ what: "browser sessions", keptMs: 0, delete: (u, t) => u.browserSessions.deleteExpired(t) },
	{ what: "identity requests", keptMs: 30 * day, delete: (u, t) => u.requests.deleteEnded(t) },
	{ what: "sessions", keptMs: 30 * day, delete: (u, t) => u.sessions.deleteEnded(t) },
	{
		what: "devices nobody uses",
		keptMs: hour,
		delete: (u, t, now) => u.homeserver.removeUnheldDevices(t, now),
	},
	{ what: "clients", keptMs: 30 * day, delete: (u, t) => u.clients.deleteUnused(t) },
	{ what: "security log", keptMs: 365 * day, delete: (u, t) => u.events.deleteBefore(t) },
];

/**
 * Deletes what has been dead for long enough: a batch of one kind in each transaction, so that requests get their turn
 * in between, however much there is.
 * @returns how many rows went, by kind; kinds without any are left out
 */
export async function cleanUp(
	storage: CleanUpStorage,
	now: number,
): Promise<Readonly<Record<string, number>>> {
	const deleted: Record<string, number> = {};
	for (const kind of retention) {
		const deleteBatch = () => storage.write((unit) => kind.delete(unit, now - kind.keptMs, now));
		for (let count = await deleteBatch(); count > 0; count = await deleteBatch()) {
			deleted[kind.what] = (deleted[kind.what] ?? 0) + count;
		}
	}
	return deleted;
}
