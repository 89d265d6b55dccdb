import { setTimeout as pause } from "node:timers/promises";
import type { CleanUpStorage, CleanUpUnit, Looked } from "./ports.ts";

const hour = 3_600_000;
const day = 24 * hour;
/** Several times what a batch takes on a usual disk: requests are to have most of the server also then. */
const pauseMs = 50;

interface Kind {
	readonly what: string;
	readonly keptMs: number;
	/** Its name among the slices, where rows stay that are old enough to go. */
	readonly looked?: Looked;
	readonly delete: (unit: CleanUpUnit, range: Range) => Promise<number>;
}

interface Range {
	readonly since: number;
	readonly before: number;
	readonly now: number;
}

/**
 * How long dead rows are kept, in milliseconds, and what deletes them; in an order that frees what later rows refer
 * to. `docs/retention.md` gives the reasons.
 */
const retention: readonly Kind[] = [
	looked("access tokens", day, (u, { before, since }) => u.tokens.deleteExpired(before, since)),
	looked("refresh tokens", day, (u, { before, since }) => u.tokens.deleteConsumed(before, since)),
	kind("codes", day, (u, t) => u.engineRecords.deleteExpired("AuthorizationCode", t)),
	kind("interactions", 0, (u, t) => u.engineRecords.deleteExpired("Interaction", t)),
	kind("device authorizations", day, (u, t) => u.deviceAuthorizations.deleteExpired(t)),
	kind("sign-ins by browser", 0, (u, t) => u.ssoRequests.deleteExpired(t)),
	kind("places to meet", 0, (u, t) => u.rendezvous.deleteExpired(t)),
	kind("browser sessions", 0, (u, t) => u.browserSessions.deleteExpired(t)),
	kind("identity requests nobody decided", day, (u, t) => u.requests.deleteUndecided(t)),
	kind("identity requests", 30 * day, (u, t) => u.requests.deleteEnded(t)),
	looked("sessions", 30 * day, (u, { before, since }) => u.sessions.deleteEnded(before, since)),
	{
		what: "devices nobody came back to",
		keptMs: 0,
		async delete({ keptDevices, homeserver }, { before, now }) {
			const devices = await keptDevices.releaseOver(before);
			for (const { accountId, deviceId } of devices) await homeserver.removeDevice(accountId, deviceId, now);
			return devices.length;
		},
	},
	{
		what: "devices nobody uses",
		keptMs: hour,
		looked: "devices",
		delete: (u, { before, now, since }) => u.homeserver.removeUnheldDevices(before, now, since),
	},
	kind("refused tasks", 30 * day, (u, t) => u.homeserverTasks.deleteRefused(t)),
	looked("clients", day, (u, { before, since }) => u.clients.deleteUnused(before, since)),
	kind("security log", 365 * day, (u, t) => u.events.deleteBefore(t)),
];

function kind(
	what: string,
	keptMs: number,
	deleteBatch: (unit: CleanUpUnit, before: number) => Promise<number>,
): Kind {
	return { what, keptMs, delete: (unit, { before }) => deleteBatch(unit, before) };
}

function looked(what: Looked, keptMs: number, deleteBatch: Kind["delete"]): Kind {
	return { what, keptMs, looked: what, delete: deleteBatch };
}

/**
 * Deletes what has been dead for long enough: a batch of one kind in each transaction, and a pause between two,
 * so that requests get their turn however much there is.
 * @param stopping where it is aborted, the rest stays for the next time
 * @returns how many rows went, by kind; kinds without any are left out
 */
export async function cleanUp(
	storage: CleanUpStorage,
	now: number,
	stopping: AbortSignal = never,
): Promise<Readonly<Record<string, number>>> {
	const deleted: Record<string, number> = {};
	for (const kind of retention) {
		const count = await deleteKind(storage, kind, { now, stopping });
		if (count > 0) deleted[kind.what] = count;
	}
	return deleted;
}

const never = new AbortController().signal;

/** From the oldest rows on, slice by slice; a slice until nothing more of it goes. */
async function deleteKind(
	storage: CleanUpStorage,
	kind: Kind,
	{ now, stopping }: { readonly now: number; readonly stopping: AbortSignal },
): Promise<number> {
	const before = now - kind.keptMs;
	let since = 0;
	let deleted = 0;
	while (since < before && !stopping.aborted) {
		const { count, end } = await storage.write(async (unit) => {
			const end = kind.looked === undefined ? before : await unit.slices.end(kind.looked, { since, before });
			return { end, count: await kind.delete(unit, { since, before: end, now }) };
		});
		deleted += count;
		if (count === 0) since = end;
		if (since < before) await pause(pauseMs);
	}
	return deleted;
}
