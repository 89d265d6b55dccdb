import { createActivity } from "./activity.ts";
import { authenticate, isExpired } from "./authenticate.ts";
import { findSignedIn, openCompatSession } from "./compat.ts";
import { compatClient, deviceSession } from "./device-session.ts";
import { elevateSession } from "./elevate.ts";
import { type Ending, endSessions } from "./end.ts";
import { openSession } from "./open.ts";
import type { SessionScope, SessionsUnit } from "./ports.ts";
import { createQuickRefresh } from "./quick-refresh.ts";
import { refreshSession } from "./refresh.ts";
import { roomFor } from "./room.ts";
import type { Sessions, SessionsDeps } from "./session.ts";
import { isRefresh, tokenHash, tokenKind } from "./token-format.ts";

/** Sessions over this storage and homeserver. */
export function createSessions<Unit extends SessionsUnit>(deps: SessionsDeps<Unit>): Sessions<Unit> {
	const { storage, clock, serverName, afterEnd = async () => {} } = deps;
	const activity = createActivity(storage, deps.useNotes);
	const refresher = { deps, activity, quick: createQuickRefresh(deps) };

	async function end(which: SessionScope, how: Omit<Ending, "now" | "random">): Promise<number> {
		const ending = { ...how, now: clock(), random: deps.random };
		const ended = await storage.write((unit) => endSessions(unit, which, ending));
		const [first] = ended;
		// Whatever names sessions names those of one person.
		if (first !== undefined) await afterEnd(first.accountId);
		return ended.length;
	}

	return {
		open: (session, consume) => openSession(deps, session, consume),
		elevate: (session, consume) => elevateSession(deps, session, consume),
		refresh: (request) => refreshSession(refresher, { ...request, kind: "refresh" }),
		openCompat: (session, consume) => openCompatSession(deps, session, consume),
		refreshCompat: (request) =>
			refreshSession(refresher, { ...request, clientId: compatClient, kind: "compat-refresh" }),
		findSignedIn: (token) => findSignedIn({ storage, clock }, token),
		authenticate: (token, visit) => authenticate({ storage, clock, serverName, activity }, token, visit),

		async endByToken(token, visit = {}) {
			const kind = tokenKind(token);
			if (kind === undefined) return false;
			const { tokens } = storage.read;
			const hash = tokenHash(token);
			const bearer = await (isRefresh(kind) ? tokens.findRefresh(hash) : tokens.findAccess(hash));
			// A device that is kept is not given up for a token that may be in the wrong hands.
			if (bearer === undefined || bearer.ended) return false;
			// Nor does a program's token end anything once another one may have taken its place: it was perhaps stolen.
			if (kind === "lasting" && "expiresAt" in bearer && isExpired(bearer, clock())) return false;
			const actor = { kind: "app", clientId: bearer.clientId } as const;
			return (await end({ sessionId: bearer.sessionId }, { ...visit, reason: "revoked", actor })) > 0;
		},

		async end({ sessionId, accountId, ...how }) {
			return (await end({ sessionId, accountId }, how)) > 0;
		},

		async endAllOf(accountId, { exceptSessionId, ...how }) {
			const ended = await storage.write(async (unit) => {
				// A code that was handed out before would let its app in again.
				await unit.accounts.raiseGeneration(accountId);
				const ending = { ...how, now: clock(), random: deps.random };
				return endSessions(unit, { accountId, exceptSessionId }, ending);
			});
			if (ended.length > 0) await afterEnd(accountId);
			return ended.length;
		},

		async listOf(accountId) {
			const live = await storage.read.sessions.live({ accountId });
			return live.map(deviceSession);
		},

		room: (arriving) => roomFor(storage.read, arriving, { rules: deps.rules, now: clock() }),

		async listKept(accountId) {
			const kept = await storage.read.keptDevices.of({ accountId });
			return kept.map(deviceSession);
		},

		async findDevice(accountId, deviceId) {
			const { sessions, keptDevices } = storage.read;
			const [live] = await sessions.live({ accountId, deviceId });
			const [found] = live === undefined ? await keptDevices.of({ accountId, deviceId }) : [live];
			return found && { ...deviceSession(found), deviceId };
		},

		async findWithoutDevice(accountId, sessionId) {
			const live = await storage.read.sessions.live({ accountId });
			const found = live.find(({ id, deviceId }) => id === sessionId && deviceId === null);
			return found && deviceSession(found);
		},

		flush: () => activity.flush(),
		close: () => activity.close(),
	};
}
