import { createActivity } from "./activity.ts";
import { authenticate } from "./authenticate.ts";
import { findSignedIn, openCompatSession } from "./compat.ts";
import { compatClient, deviceSession } from "./device-session.ts";
import { endSessions } from "./end.ts";
import { openSession } from "./open.ts";
import type { EndReason, SessionScope, SessionsUnit } from "./ports.ts";
import { refreshSession } from "./refresh.ts";
import type { Sessions, SessionsDeps, Visit } from "./session.ts";
import { isRefresh, tokenHash, tokenKind } from "./token-format.ts";

/** Sessions over this storage and homeserver. */
export function createSessions<Unit extends SessionsUnit>(deps: SessionsDeps<Unit>): Sessions<Unit> {
	const { storage, clock, serverName, afterEnd = async () => {} } = deps;
	const activity = createActivity(storage);

	async function end(which: SessionScope, reason: EndReason, visit: Visit): Promise<number> {
		const ending = { reason, now: clock(), random: deps.random, address: visit.address };
		const ended = await storage.write((unit) => endSessions(unit, which, ending));
		const [first] = ended;
		// Whatever names sessions names those of one person.
		if (first !== undefined) await afterEnd(first.accountId);
		return ended.length;
	}

	return {
		open: (session, consume) => openSession(deps, session, consume),
		refresh: (request) => refreshSession(deps, activity, { ...request, kind: "refresh" }),
		openCompat: (session, consume) => openCompatSession(deps, session, consume),
		refreshCompat: (request) =>
			refreshSession(deps, activity, { ...request, clientId: compatClient, kind: "compat-refresh" }),
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
			return (await end({ sessionId: bearer.sessionId }, "revoked", visit)) > 0;
		},

		async end({ sessionId, accountId, reason, address }) {
			return (await end({ sessionId, accountId }, reason, { address })) > 0;
		},

		async endAllOf(accountId, { reason, exceptSessionId, address }) {
			const ended = await storage.write(async (unit) => {
				// A code that was handed out before would let its app in again.
				await unit.accounts.raiseGeneration(accountId);
				const ending = { reason, now: clock(), random: deps.random, address };
				return endSessions(unit, { accountId, exceptSessionId }, ending);
			});
			if (ended.length > 0) await afterEnd(accountId);
			return ended.length;
		},

		async listOf(accountId) {
			const live = await storage.read.sessions.live({ accountId });
			return live.map(deviceSession);
		},

		async listKept(accountId) {
			const kept = await storage.read.keptDevices.of({ accountId });
			return kept.map(deviceSession);
		},

		async findDevice(accountId, deviceId) {
			const { sessions, keptDevices } = storage.read;
			const [live] = await sessions.live({ accountId, deviceId });
			const [found] = live === undefined ? await keptDevices.of({ accountId, deviceId }) : [live];
			return found === undefined ? undefined : deviceSession(found);
		},

		flush: () => activity.flush(),
		close: () => activity.close(),
	};
}
