import { z } from "zod";
import { type Operation, operation } from "../operation.ts";
import type { AdminReads, AppSessionRow } from "../ports.ts";
import { refuse, told } from "../refusals.ts";
import { time, timeOf, timeOrNull, ulid, word } from "../shapes.ts";
import { appSessionsOf } from "./app-sessions.ts";
import { base, resourceKind } from "./resource.ts";
import { sessionFilter, sessionQuery } from "./session-query.ts";

const session = resourceKind(
	"compat-session",
	`${base}/compat-sessions`,
	z.object({
		user_id: ulid,
		device_id: z.string().nullable(),
		user_session_id: ulid.nullable(),
		redirect_uri: z.string().nullable(),
		created_at: time,
		user_agent: z.string().nullable(),
		last_active_at: time.nullable(),
		last_active_ip: z.string().nullable(),
		finished_at: time.nullable(),
		human_name: z.string().nullable(),
	}),
);

function attributes(row: AppSessionRow) {
	return {
		user_id: row.accountId,
		device_id: row.deviceId,
		user_session_id: null,
		redirect_uri: null,
		created_at: timeOf(row.createdAt),
		user_agent: row.userAgent,
		last_active_at: timeOf(row.lastUsedAt),
		last_active_ip: row.lastAddress,
		finished_at: timeOrNull(row.endedAt),
		// All of them are one client here, and say nothing of themselves.
		human_name: null,
	};
}

/** Sessions of apps that signed in by the login API of before OAuth. */
export function compatSessions(read: AdminReads): readonly Operation[] {
	const all = appSessionsOf(read, "compat", {
		one: (row) => session.one(row.toldId, attributes(row)),
		show: (row) => session.show(row.toldId, attributes(row)),
	});
	const about = { tag: "compat-session" } as const;
	return [
		operation({
			...{ ...about, id: "listCompatSessions", method: "GET", path: session.path },
			about: "List sessions of the older login API",
			query: z.object({ ...sessionQuery, "filter[user-session]": word.optional() }),
			told: {
				200: session.listTold("A page of sessions"),
				...told("user-unknown", "not-kept"),
			},
			answer: async (call) =>
				call.query["filter[user-session]"] === undefined
					? all.list(call, sessionFilter(call.query))
					: refuse("not-kept"),
		}),
		operation({
			...{ ...about, id: "getCompatSession", method: "GET", path: `${session.path}/{id}` },
			about: "Read a session of the older login API",
			told: { 200: session.oneTold("The session"), ...told("not-found") },
			answer: ({ param }) => all.read(param("id")),
		}),
		operation({
			...{ ...about, id: "finishCompatSession", method: "POST", path: `${session.path}/{id}/finish` },
			about: "End a session, with its device",
			told: { 200: session.oneTold("The session, ended"), ...told("finished", "not-found") },
			answer: (call) => all.finish(call.param("id"), call),
		}),
	];
}
