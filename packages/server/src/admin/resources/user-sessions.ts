import { z } from "zod";
import type { Clock } from "../../config/ports.ts";
import { type Operation, operation } from "../operation.ts";
import { listAnswer } from "../paging.ts";
import type { AdminReads, BrowserRow } from "../ports.ts";
import { refuse, told } from "../refusals.ts";
import { time, timeOf, ulid } from "../shapes.ts";
import { base, resourceKind } from "./resource.ts";
import { sessionFilter, sessionQuery } from "./session-query.ts";

const session = resourceKind(
	"user-session",
	`${base}/user-sessions`,
	z.object({
		created_at: time,
		finished_at: time.nullable(),
		user_id: ulid,
		user_agent: z.string().nullable(),
		last_active_at: time.nullable(),
		last_active_ip: z.string().nullable(),
	}),
);

/** Browsers in which people are signed in. */
export function userSessions(
	{ administered: { browsers, users } }: AdminReads,
	clock: Clock,
): readonly Operation[] {
	const attributes = (row: BrowserRow) => ({
		created_at: timeOf(row.createdAt),
		finished_at: row.expiresAt <= clock() ? timeOf(row.expiresAt) : null,
		user_id: row.accountId,
		user_agent: row.userAgent,
		last_active_at: timeOf(row.lastSeenAt),
		last_active_ip: row.address,
	});
	const about = { tag: "user-session" } as const;
	return [
		operation({
			...{ ...about, id: "listUserSessions", method: "GET", path: session.path },
			about: "List browsers in which people are signed in",
			query: z.object(sessionQuery),
			told: { 200: session.listTold("A page of sessions"), ...told("user-unknown") },
			async answer(call) {
				const filter = { ...sessionFilter(call.query), now: clock() };
				if (filter.accountId !== undefined && (await users.find(filter.accountId)) === undefined)
					return refuse("user-unknown");
				const idOf = ({ toldId }: BrowserRow) => toldId;
				const show = (row: BrowserRow) => session.show(row.toldId, attributes(row));
				return listAnswer(call, { listed: browsers, filter, idOf, show });
			},
		}),
		operation({
			...{ ...about, id: "getUserSession", method: "GET", path: `${session.path}/{id}` },
			about: "Read a browser's session",
			told: { 200: session.oneTold("The session"), ...told("not-found") },
			async answer({ param }) {
				const row = await browsers.find(param("id"));
				return row === undefined ? refuse("not-found") : session.one(row.toldId, attributes(row));
			},
		}),
		operation({
			...{ ...about, id: "finishUserSession", method: "POST", path: `${session.path}/{id}/finish` },
			about: "Sign a browser out",
			told: { 200: session.oneTold("The session, as it was"), ...told("finished", "not-found") },
			async answer({ param, deeds, by }) {
				const row = await browsers.find(param("id"));
				if (row === undefined) return refuse("not-found");
				const now = clock();
				if (row.expiresAt <= now) return refuse("finished");
				const { idHash, accountId } = row;
				if (!(await deeds.sessions.endBrowser({ idHash, accountId }, by))) return refuse("finished");
				return session.one(row.toldId, { ...attributes(row), finished_at: timeOf(now) });
			},
		}),
	];
}
