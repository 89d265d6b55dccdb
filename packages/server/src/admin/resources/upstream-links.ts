import { asAccountId } from "@countersign/core";
import { z } from "zod";
import { idOfProvider } from "../ids.ts";
import { type Operation, operation } from "../operation.ts";
import { listAnswer, pageQuery } from "../paging.ts";
import type { AdminReads, UpstreamLinkRow } from "../ports.ts";
import { refuse, told } from "../refusals.ts";
import { time, timeOf, ulid, word } from "../shapes.ts";
import { base, resourceKind } from "./resource.ts";

const link = resourceKind(
	"upstream-oauth-link",
	`${base}/upstream-oauth-links`,
	z.object({
		created_at: time,
		provider_id: ulid,
		subject: z.string(),
		user_id: ulid.nullable(),
		human_account_name: z.string().nullable(),
	}),
);

const attributes = (row: UpstreamLinkRow) => ({
	created_at: timeOf(row.createdAt),
	provider_id: idOfProvider(row.provider),
	subject: row.subject,
	user_id: row.accountId,
	human_account_name: row.name,
});
const idOf = ({ toldId }: UpstreamLinkRow) => toldId;

/** Whom another service knows a person as. */
export function upstreamLinks(
	{ administered: { upstreamLinks: links, users } }: AdminReads,
	providers: readonly { readonly id: string }[],
): readonly Operation[] {
	const find = (id: string) => links.find(id);
	/** As the settings name it; undefined where it is not in them. */
	const nameOf = (told: string) => providers.find(({ id }) => idOfProvider(id) === told)?.id;
	const about = { tag: "upstream-oauth-link" } as const;
	return [
		operation({
			...{ ...about, id: "listUpstreamOAuthLinks", method: "GET", path: link.path, about: "List links" },
			query: z.object({
				...pageQuery,
				"filter[user]": word.optional(),
				"filter[provider]": word.optional(),
				"filter[subject]": word.optional(),
				"filter[human-account-name]": word.optional(),
			}),
			told: { 200: link.listTold("A page of links"), ...told("user-unknown", "provider-unknown") },
			async answer(call) {
				const { query } = call;
				const accountId = query["filter[user]"];
				if (accountId !== undefined && (await users.find(accountId)) === undefined)
					return refuse("user-unknown");
				const wanted = query["filter[provider]"];
				const provider = wanted === undefined ? undefined : nameOf(wanted);
				if (wanted !== undefined && provider === undefined) return refuse("provider-unknown");
				return listAnswer(call, {
					listed: links,
					filter: {
						...{ accountId, provider },
						subject: query["filter[subject]"],
						name: query["filter[human-account-name]"],
					},
					idOf,
					show: (row) => link.show(idOf(row), attributes(row)),
				});
			},
		}),
		operation({
			...{ ...about, id: "getUpstreamOAuthLink", method: "GET", path: `${link.path}/{id}` },
			about: "Read a link",
			told: { 200: link.oneTold("The link"), ...told("not-found") },
			async answer({ param }) {
				const row = await find(param("id"));
				return row === undefined ? refuse("not-found") : link.one(idOf(row), attributes(row));
			},
		}),
		operation({
			...{ ...about, id: "addUpstreamOAuthLink", method: "POST", path: link.path },
			isSevere: true,
			about: "Let whoever is this one at another service sign in to an account",
			body: z.strictObject({
				user_id: word,
				provider_id: word,
				subject: word,
				human_account_name: word.nullish(),
			}),
			told: {
				200: link.oneTold("The link, which was there"),
				201: link.oneTold("The link"),
				...told("user-unknown", "provider-unknown", "account-closed", "link-taken", "subject-refused"),
			},
			async answer({ body: { user_id, provider_id, subject, human_account_name }, deeds, by }) {
				const provider = nameOf(provider_id);
				if (provider === undefined) return refuse("provider-unknown");
				const name = human_account_name ?? undefined;
				const kept = deeds.identities.subjectOf(provider, subject);
				const identity = { accountId: asAccountId(user_id), provider, subject, name };
				const outcome = await deeds.identities.add(identity, by);
				if (outcome === "somebodys") return refuse("link-taken");
				if (outcome !== "added" && outcome !== "is-theirs") return refuse(outcome);
				const page = { after: undefined, before: undefined, take: 1, isFromEnd: false } as const;
				const [row] = await links.list({ provider, subject: kept }, page);
				if (row === undefined) return refuse("not-found");
				return link.one(idOf(row), attributes(row), outcome === "added" ? 201 : 200);
			},
		}),
		operation({
			...{ ...about, id: "deleteUpstreamOAuthLink", method: "DELETE", path: `${link.path}/{id}` },
			about: "Take a link away",
			told: {
				204: { about: "It lets nobody in any more" },
				...told("not-found", "last-administrator"),
			},
			async answer({ param, deeds, by }) {
				const row = await find(param("id"));
				if (row === undefined || !(await deeds.identities.remove(row, by))) return refuse("not-found");
				return { status: 204 };
			},
		}),
	];
}
