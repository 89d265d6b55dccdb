import { z } from "zod";
import { type Operation, operation } from "../operation.ts";
import type { AdminReads, AppSessionRow } from "../ports.ts";
import { refuse, refuseInput, told } from "../refusals.ts";
import { isScopeToken, time, timeOf, timeOrNull, ulid, word, words } from "../shapes.ts";
import { appSessionsOf } from "./app-sessions.ts";
import { base, resourceKind } from "./resource.ts";
import { sessionFilter, sessionQuery } from "./session-query.ts";

const session = resourceKind(
	"oauth2-session",
	`${base}/oauth2-sessions`,
	z.object({
		created_at: time,
		finished_at: time.nullable(),
		user_id: ulid.nullable(),
		user_session_id: ulid.nullable(),
		client_id: ulid,
		scope: z.string(),
		user_agent: z.string().nullable(),
		last_active_at: time.nullable(),
		last_active_ip: z.string().nullable(),
		human_name: z.string().nullable(),
	}),
);

function attributes(row: AppSessionRow) {
	return {
		created_at: timeOf(row.createdAt),
		finished_at: timeOrNull(row.endedAt),
		user_id: row.accountId,
		user_session_id: null,
		client_id: row.clientId,
		scope: row.scope,
		user_agent: row.userAgent,
		last_active_at: timeOf(row.lastUsedAt),
		last_active_ip: row.lastAddress,
		human_name: row.clientName,
	};
}

/** Sessions of apps that signed in by OAuth. */
export function oauth2Sessions(read: AdminReads): readonly Operation[] {
	const { clients } = read.administered;
	const all = appSessionsOf(read, "oauth", {
		one: (row) => session.one(row.toldId, attributes(row)),
		show: (row) => session.show(row.toldId, attributes(row)),
	});
	const about = { tag: "oauth2-session" } as const;
	return [
		operation({
			...{ ...about, id: "listOAuth2Sessions", method: "GET", path: session.path },
			about: "List OAuth sessions",
			query: z.object({
				...sessionQuery,
				"filter[client]": words.optional(),
				"filter[client-kind]": z.enum(["static", "dynamic"]).optional(),
				"filter[user-session]": word.optional(),
				"filter[scope]": words.optional(),
			}),
			told: {
				200: session.listTold("A page of sessions"),
				...told("user-unknown", "client-unknown", "not-kept"),
			},
			async answer(call) {
				const { query } = call;
				const [clientIds, scopes = []] = [query["filter[client]"], query["filter[scope]"]];
				if (query["filter[user-session]"] !== undefined) return refuse("not-kept");
				if (!scopes.every(isScopeToken)) return refuseInput("filter[scope] is no scope");
				for (const id of clientIds ?? [])
					if ((await clients.find(id)) === undefined) return refuse("client-unknown");
				const kind = query["filter[client-kind]"];
				const isStatic = kind === undefined ? undefined : kind === "static";
				return all.list(call, { ...sessionFilter(query), clientIds, scopes, isStatic });
			},
		}),
		operation({
			...{ ...about, id: "getOAuth2Session", method: "GET", path: `${session.path}/{id}` },
			about: "Read an OAuth session",
			told: { 200: session.oneTold("The session"), ...told("not-found") },
			answer: ({ param }) => all.read(param("id")),
		}),
		operation({
			...{ ...about, id: "finishOAuth2Session", method: "POST", path: `${session.path}/{id}/finish` },
			about: "End a session, with its device",
			told: { 200: session.oneTold("The session, ended"), ...told("finished", "not-found") },
			answer: (call) => all.finish(call.param("id"), call),
		}),
	];
}
