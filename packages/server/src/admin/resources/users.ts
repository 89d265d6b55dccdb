import { z } from "zod";
import { readName } from "../../identifiers/index.ts";
import { type Operation, operation } from "../operation.ts";
import { listAnswer, pageQuery } from "../paging.ts";
import type { AdminReads, UserRow } from "../ports.ts";
import { refuse, told } from "../refusals.ts";
import { flag, time, timeOf, timeOrNull, word, words } from "../shapes.ts";
import { base, resourceKind } from "./resource.ts";

export const user = resourceKind(
	"user",
	`${base}/users`,
	z.object({
		username: z.string(),
		created_at: time,
		locked_at: time.nullable(),
		deactivated_at: time.nullable(),
		admin: z.boolean(),
		legacy_guest: z.boolean(),
	}),
);

export function userAttributes(row: UserRow) {
	return {
		username: row.localpart,
		created_at: timeOf(row.createdAt),
		locked_at: timeOrNull(row.lockedAt),
		deactivated_at: timeOrNull(row.deactivatedAt),
		admin: row.isAdmin,
		legacy_guest: false,
	};
}

export interface UsersDeps {
	readonly read: AdminReads;
	readonly serverName: string;
}

/** Reading people. */
export function userReads({ read, serverName }: UsersDeps): readonly Operation[] {
	const { users, clients } = read.administered;
	return [
		operation({
			...{ id: "listUsers", method: "GET", path: user.path, tag: "user", about: "List users" },
			query: z.object({
				...pageQuery,
				"filter[admin]": flag.optional(),
				"filter[legacy-guest]": flag.optional(),
				"filter[search]": word.optional(),
				"filter[status]": z.enum(["active", "locked", "deactivated"]).optional(),
				"filter[active-oauth2-client]": words.optional(),
				"filter[has-active-oauth2-session]": flag.optional(),
				"filter[has-active-compat-session]": flag.optional(),
			}),
			told: { 200: user.listTold("A page of users"), ...told("client-unknown") },
			async answer(call) {
				const { query } = call;
				const activeClients = query["filter[active-oauth2-client]"];
				for (const id of activeClients ?? [])
					if ((await clients.find(id)) === undefined) return refuse("client-unknown");
				return listAnswer(call, {
					listed: users,
					filter: {
						isAdmin: query["filter[admin]"],
						isGuest: query["filter[legacy-guest]"],
						search: searchOf(query["filter[search]"], serverName),
						status: query["filter[status]"],
						activeClients,
						hasOAuthSession: query["filter[has-active-oauth2-session]"],
						hasCompatSession: query["filter[has-active-compat-session]"],
					},
					idOf: ({ id }) => id,
					show: (row) => user.show(row.id, userAttributes(row)),
				});
			},
		}),
		operation({
			...{ id: "getUser", method: "GET", path: `${user.path}/{id}`, tag: "user", about: "Read a user" },
			told: { 200: user.oneTold("The user"), ...told("not-found") },
			async answer({ param }) {
				const row = await users.find(param("id"));
				return row === undefined ? refuse("not-found") : user.one(row.id, userAttributes(row));
			},
		}),
		operation({
			...{ id: "getUserByUsername", method: "GET", tag: "user", about: "Read a user by name" },
			path: `${user.path}/by-username/{username}`,
			told: { 200: user.oneTold("The user"), ...told("not-found") },
			async answer({ param }) {
				const named = readName(param("username"), serverName);
				const found = named.ok ? await read.accounts.find({ name: named.written }) : undefined;
				if (found === undefined) return refuse("not-found");
				return user.one(found.id, userAttributes({ ...found, isAdmin: found.admin }));
			},
		}),
	];
}

/**
 * Whole user ids find whom they name; an e-mail address has no colon behind an `@` at its beginning. An empty text is in
 * every name, and a space in none.
 */
function searchOf(typed: string | undefined, serverName: string): string | undefined {
	if (typed === undefined || typed === "") return undefined;
	if (typed.trim() === "") return typed;
	const named = /^@/.test(typed.trim()) ? readName(typed, serverName) : undefined;
	return named?.ok ? named.written : typed.trim();
}
