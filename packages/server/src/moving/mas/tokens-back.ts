import { successorOf, tokenHash } from "../../sessions/index.ts";
import { endOfChain, type Following } from "../chain.ts";
import type { SessionHere } from "../ports.ts";
import { refreshIdAtMas } from "./at-mas.ts";
import type { MovingSession } from "./plan-sessions.ts";
import type { ChangesAtMas, MasAccess, MasRefresh, RefreshAtMas } from "./ports.ts";

export interface TokenChanges extends Pick<ChangesAtMas, "endAccess" | "addRefresh" | "consume"> {
	/** Whether the app has anything that counts at MAS. */
	readonly goesOn: boolean;
}

/**
 * What becomes of the tokens of one device, of which MAS has a session, or two that are one here.
 * @param session what they are here
 */
export function tokensAtMas(
	sessions: readonly MovingSession[],
	session: SessionHere,
	back: Following,
): TokenChanges {
	const changes = sessions.map((moving) => ofSession(moving, session, back));
	return {
		endAccess: changes.flatMap(({ endAccess }) => endAccess),
		addRefresh: changes.flatMap(({ addRefresh }) => addRefresh),
		consume: changes.flatMap(({ consume }) => consume),
		goesOn: changes.some(({ goesOn }) => goesOn),
	};
}

function ofSession(
	{ there, session: moved }: MovingSession,
	here: SessionHere,
	back: Following,
): TokenChanges {
	const { kind } = there;
	const movedAccess = new Set(moved.access.map(({ hash }) => hash));
	const access = there.access.filter((token) => movedAccess.has(hashOf(token)));
	const ended = access.filter((token) => !here.access.has(hashOf(token)));
	const endAccess = ended.map(({ id }) => ({ kind, id }));
	const hasAccess = ended.length < access.length;
	if (kind === "personal") return { endAccess, addRefresh: [], consume: [], goesOn: hasAccess };
	const movedRefresh = new Set(moved.refresh.map(({ hash }) => hash));
	const refresh = there.refresh.filter(({ token }) => movedRefresh.has(tokenHash(token)));
	const refreshed = refreshAtMas({ kind, sessionId: there.id, refresh }, here, back);
	return { endAccess, ...refreshed, goesOn: hasAccess || refreshed.goesOn };
}

function hashOf({ token }: MasAccess): string {
	return "hash" in token ? token.hash : tokenHash(token.text);
}

interface OldRefresh {
	readonly kind: "oauth" | "compat";
	readonly sessionId: string;
	/** The rows there of those that moved. */
	readonly refresh: readonly MasRefresh[];
}

function refreshAtMas(
	{ kind, sessionId, refresh }: OldRefresh,
	here: SessionHere,
	back: Following,
): Omit<TokenChanges, "endAccess"> {
	const good = refresh.filter(({ token }) => here.refresh.get(tokenHash(token))?.isUsed === false);
	const used = refresh.filter((row) => !good.includes(row));
	const accounted = new Set(good.map(({ token }) => tokenHash(token)));
	const end = [...here.refresh].some(([hash, { isUsed }]) => !isUsed && !accounted.has(hash))
		? firstEnd(used, here, back)
		: undefined;
	const newId = end === undefined ? undefined : refreshIdAtMas(end.token);
	// Whichever the app has of these and the one before, nobody knows.
	const lost = new Map(
		good
			.filter(({ token }) => here.refresh.get(tokenHash(token))?.hasArrived === false)
			.map(({ token, id }) => [token, id]),
	);
	if (end !== undefined && newId !== undefined && !end.hasArrived) lost.set(end.token, newId);
	const consume = used.flatMap((row): ChangesAtMas["consume"] => {
		const nextId = lost.get(successorOf(row.token, back.key)) ?? null;
		if (kind === "compat") return nextId === null ? [{ kind, id: row.id, nextId }] : [];
		return row.consumed && row.nextId === nextId ? [] : [{ kind, id: row.id, nextId }];
	});
	const add = (token: string, nextId: string | null): RefreshAtMas => ({
		...{ kind, id: refreshIdAtMas(token), sessionId, token, nextId },
	});
	const isBeforeThere = refresh.some(({ token }) => token === end?.before);
	return {
		addRefresh:
			end === undefined || newId === undefined
				? []
				: [add(end.token, null), ...(end.hasArrived || isBeforeThere ? [] : [add(end.before, newId)])],
		consume,
		goesOn: good.length > 0 || end !== undefined,
	};
}

function firstEnd(used: readonly MasRefresh[], here: SessionHere, back: Following) {
	for (const { token } of used) {
		const end = endOfChain(here, token, back);
		if (end !== undefined) return end;
	}
	return undefined;
}
