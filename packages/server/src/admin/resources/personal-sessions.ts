import { type AccountId, asAccountId, type SessionId } from "@countersign/core";
import { administers, asDeviceId } from "@countersign/protocol";
import { z } from "zod";
import type { Clock } from "../../config/ports.ts";
import { safeText } from "../../http/index.ts";
import { lastsAgain } from "../../sessions/index.ts";
import { type Answer, type Call, type Operation, operation } from "../operation.ts";
import { pageQuery } from "../paging.ts";
import type { AdminReads, AppSessionRow } from "../ports.ts";
import { type Refusal, refuse, refuseInput, told } from "../refusals.ts";
import { flag, isScopeToken, moment, time, timeOf, timeOrNull, ulid, word, words } from "../shapes.ts";
import { appSessionsOf } from "./app-sessions.ts";
import { base, resourceKind } from "./resource.ts";

const session = resourceKind(
	"personal-session",
	`${base}/personal-sessions`,
	z.object({
		created_at: time,
		revoked_at: time.nullable(),
		owner_user_id: ulid.nullable(),
		owner_client_id: ulid.nullable(),
		actor_user_id: ulid,
		human_name: z.string(),
		scope: z.string(),
		last_active_at: time.nullable(),
		last_active_ip: z.string().nullable(),
		expires_at: time.nullable(),
		access_token: z.string().optional().describe("Told once, when it was just made"),
		token: z.string().optional().describe("The same, by the name that Ketesa reads"),
	}),
);

function attributes(row: AppSessionRow) {
	return {
		created_at: timeOf(row.createdAt),
		revoked_at: timeOrNull(row.endedAt),
		// The person's own are theirs; those of the operator are nobody's.
		owner_user_id: row.isOwn ? row.accountId : null,
		owner_client_id: null,
		actor_user_id: row.accountId,
		human_name: row.clientName ?? "",
		scope: row.scope,
		// To be made is no use of a token.
		last_active_at: row.lastUsedAt === row.createdAt ? null : timeOf(row.lastUsedAt),
		last_active_ip: row.lastAddress,
		expires_at: timeOrNull(row.endsAt),
	};
}

const seconds = z
	.number()
	.int()
	.min(60)
	.max(10 * 365 * 86_400);
/** As people read it: without what hides or reorders. */
const name = z
	.string()
	.transform((text) => safeText(text, 4096))
	.pipe(z.string().min(1).max(100));
const device = /^urn:matrix:(?:org\.matrix\.msc2967\.)?client:device:(.+)$/;

/** Tokens that nobody's sign-in renews: those of the operator, and those that people make for their own programs. */
export function personalSessions(read: AdminReads, clock: Clock): readonly Operation[] {
	const { users } = read.administered;
	const all = appSessionsOf(read, "token", {
		one: (row) => session.one(row.toldId, attributes(row)),
		show: (row) => session.show(row.toldId, attributes(row)),
	});
	const withToken = async (id: SessionId, token: string): Promise<Answer> => {
		const row = await all.own(id);
		if (row === undefined) return refuse("not-found");
		return session.one(row.toldId, { ...attributes(row), access_token: token, token }, 201);
	};
	/** Whose sessions sleep, or are no more. */
	const mayNotHold = async (id: AccountId): Promise<Answer> =>
		refuse((await read.accounts.find({ id }))?.deactivatedAt === null ? "account-locked" : "person-closed");
	/** The token itself that asks, where that is one for a program: who finds one has it until its end and no longer. */
	const asking = async ({ sessionId }: Pick<Call<unknown, unknown>, "sessionId">) =>
		sessionId === undefined ? undefined : all.own(sessionId);
	const outlives = (one: AppSessionRow | undefined, end: number | undefined) =>
		one !== undefined && one.endsAt !== null && (end === undefined || end > one.endsAt);
	const endAfter = (given: number | null | undefined) =>
		given === undefined || given === null ? undefined : clock() + given * 1000;
	const about = { tag: "personal-session" } as const;
	return [
		operation({
			...{ ...about, id: "listPersonalSessions", method: "GET", path: session.path },
			about: "List tokens of programs",
			query: z.object({
				...pageQuery,
				"filter[owner_user]": word.optional(),
				"filter[owner_client]": word.optional(),
				"filter[actor_user]": word.optional(),
				"filter[user]": word.optional().describe("The same, as lists of other sessions name it"),
				"filter[scope]": words.optional(),
				"filter[status]": z.enum(["active", "revoked"]).optional(),
				"filter[expires_before]": moment.optional(),
				"filter[expires_after]": moment.optional(),
				"filter[expires]": flag.optional(),
			}),
			told: {
				200: session.listTold("A page of tokens, without what they are"),
				...told("user-unknown", "client-unknown"),
			},
			async answer(call) {
				const { query } = call;
				const [owner, scopes = []] = [query["filter[owner_user]"], query["filter[scope]"]];
				// No client owns one here.
				if (query["filter[owner_client]"] !== undefined) return refuse("client-unknown");
				if (owner !== undefined && (await users.find(owner)) === undefined) return refuse("user-unknown");
				if (!scopes.every(isScopeToken)) return refuseInput("filter[scope] is no scope");
				const status = query["filter[status]"];
				const [actor, alias] = [query["filter[actor_user]"], query["filter[user]"]];
				if (actor !== undefined && alias !== undefined)
					return refuseInput("filter[user] is filter[actor_user] by another name: one of them");
				return all.list(call, {
					accountId: actor ?? alias,
					ownerId: owner,
					scopes,
					isLive: status === undefined ? undefined : status === "active",
					hasEnd: query["filter[expires]"],
					endsBefore: query["filter[expires_before]"],
					endsAfter: query["filter[expires_after]"],
				});
			},
		}),
		operation({
			...{ ...about, id: "createPersonalSession", method: "POST", path: session.path },
			isSevere: true,
			about: "Make a token for a program. It is told here and never again",
			body: z.strictObject({
				actor_user_id: word,
				human_name: name,
				scope: z.string().min(1).max(1024),
				expires_in: seconds.nullish(),
			}),
			told: {
				201: session.oneTold("The token"),
				...told("user-unknown", "scope-refused", "not-admin", "device-signed-in", "person-closed"),
				...told("account-locked", "homeserver-away", "outlives", "breeds"),
			},
			async answer({ body, deeds, by, sessionId }) {
				const expiresAt = endAfter(body.expires_in);
				const asks = await asking({ sessionId });
				if (outlives(asks, expiresAt)) return refuse("outlives");
				if (asks !== undefined && administers(body.scope)) return refuse("breeds");
				const account = await read.accounts.find({ id: asAccountId(body.actor_user_id) });
				if (account === undefined) return refuse("user-unknown");
				const tokens = body.scope.split(" ");
				const named = tokens.map((token) => device.exec(token)?.[1]).filter((id) => id !== undefined);
				if (named.length > 1) return refuse("scope-refused");
				const issued = await deeds.tokens.issue(
					{
						accountId: account.id,
						name: body.human_name,
						deviceId: named[0] === undefined ? null : asDeviceId(named[0]),
						scope: tokens.filter((token) => !device.test(token)).join(" "),
						expiresAt,
					},
					by,
				);
				if (issued.ok) return withToken(issued.sessionId, issued.token);
				return issued.reason === "account-closed"
					? mayNotHold(account.id)
					: refuse(issueRefusals[issued.reason]);
			},
		}),
		operation({
			...{ ...about, id: "getPersonalSession", method: "GET", path: `${session.path}/{id}` },
			about: "Read about a token",
			told: { 200: session.oneTold("What is known of it"), ...told("not-found") },
			answer: ({ param }) => all.read(param("id")),
		}),
		operation({
			...{ ...about, id: "revokePersonalSession", method: "POST", path: `${session.path}/{id}/revoke` },
			about: "Revoke a token, with its device",
			told: { 200: session.oneTold("The token, revoked"), ...told("not-found", "revoked-already") },
			answer: (call) => all.finish(call.param("id"), call, "revoked-already"),
		}),
		operation({
			...{ ...about, id: "regeneratePersonalSession", method: "POST" },
			isSevere: true,
			path: `${session.path}/{id}/regenerate`,
			about: "Another token in its place, with the same device and scope: the one before is dead",
			body: z.strictObject({ expires_in: seconds.nullish() }),
			isBodyOptional: true,
			told: {
				201: session.oneTold("The new token"),
				...told("not-found", "revoked-already", "person-closed", "account-locked", "not-admin"),
				...told("renews-itself", "outlives", "breeds"),
			},
			async answer({ body, deeds, by, param, sessionId: shown }) {
				const row = await all.find(param("id"));
				if (row === undefined) return refuse("not-found");
				const { id: sessionId, accountId, madeAt: seen } = row;
				const asks = await asking({ sessionId: shown });
				if (asks?.id === sessionId) return refuse("renews-itself");
				// Unless another end is named it lasts as long as the one before was to.
				const again = lastsAgain(row, seen);
				const expiresAt = endAfter(body.expires_in) ?? (again === undefined ? undefined : clock() + again);
				if (outlives(asks, expiresAt)) return refuse("outlives");
				if (asks !== undefined && administers(row.scope)) return refuse("breeds");
				const replaced = await deeds.tokens.replace({ accountId, sessionId, seen, expiresAt }, by);
				if (replaced.ok) return withToken(row.id, replaced.token);
				return replaced.reason === "account-closed"
					? mayNotHold(accountId)
					: refuse(replaceRefusals[replaced.reason]);
			},
		}),
	];
}

const issueRefusals = {
	"scope-refused": "scope-refused",
	"not-admin": "not-admin",
	"device-signed-in": "device-signed-in",
	"device-id-in-use": "device-signed-in",
	"made-before": "device-signed-in",
	"too-many-devices": "device-signed-in",
	"homeserver-unavailable": "homeserver-away",
} as const satisfies Readonly<Record<string, Refusal>>;

const replaceRefusals = {
	gone: "revoked-already",
	"replaced-before": "revoked-already",
	"not-admin": "not-admin",
} as const satisfies Readonly<Record<string, Refusal>>;
