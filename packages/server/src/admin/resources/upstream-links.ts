import { asAccountId } from "@countersign/core";
import { z } from "zod";
import { idOfParts, partsOfId } from "../ids.ts";
import { type Operation, operation } from "../operation.ts";
import { listAnswer, pageQuery } from "../paging.ts";
import type { AdminReads, UpstreamLinkRow } from "../ports.ts";
import { refuse, told } from "../refusals.ts";
import { time, timeOf, word } from "../shapes.ts";
import { base, resourceKind } from "./resource.ts";

const link = resourceKind(
	"upstream-oauth-link",
	`${base}/upstream-oauth-links`,
	z.object({
		created_at: time,
		provider_id: z.string(),
		subject: z.string(),
		user_id: z.string().nullable(),
		human_account_name: z.string().nullable(),
	}),
);

const attributes = (row: UpstreamLinkRow) => ({
	created_at: timeOf(row.createdAt),
	provider_id: row.provider,
	subject: row.subject,
	user_id: row.accountId,
	human_account_name: row.name,
});
const idOf = ({ provider, subject }: UpstreamLinkRow) => idOfParts(provider, subject);
const keyOf = (id: string) => partsOfId(id, 2);

/** Whom another service knows a person as. */
export function upstreamLinks(
	{ administered: { upstreamLinks: links, users } }: AdminReads,
	providers: readonly { readonly id: string }[],
): readonly Operation[] {
	const find = async (id: string) => {
		const key = keyOf(id);
		return key && links.find(...key);
	};
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
			told: { 200: link.listTold("A page of links"), ...told("user-unknown", "cursor-refused") },
			async answer(call) {
				const { query } = call;
				const accountId = query["filter[user]"];
				if (accountId !== undefined && (await users.find(accountId)) === undefined)
					return refuse("user-unknown");
				return listAnswer(call, {
					listed: links,
					filter: {
						accountId,
						provider: query["filter[provider]"],
						subject: query["filter[subject]"],
						name: query["filter[human-account-name]"],
					},
					...{ idOf, keyOf },
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
			about: "Let whoever is this one at another service sign in to an account",
			body: z.strictObject({
				user_id: word,
				provider_id: word,
				subject: word.min(1),
				human_account_name: word.nullish(),
			}),
			told: {
				200: link.oneTold("The link, which was there"),
				201: link.oneTold("The link"),
				...told("user-unknown", "provider-unknown", "account-closed", "link-taken"),
			},
			async answer({ body: { user_id, provider_id: provider, subject, human_account_name }, deeds, by }) {
				if (!providers.some(({ id }) => id === provider)) return refuse("provider-unknown");
				const name = human_account_name ?? undefined;
				const identity = { accountId: asAccountId(user_id), provider, subject, name };
				const outcome = await deeds.identities.add(identity, by);
				if (outcome === "somebodys") return refuse("link-taken");
				if (outcome !== "added" && outcome !== "is-theirs") return refuse(outcome);
				const row = await links.find(provider, subject);
				if (row === undefined) return refuse("not-found");
				return link.one(idOf(row), attributes(row), outcome === "added" ? 201 : 200);
			},
		}),
		operation({
			...{ ...about, id: "deleteUpstreamOAuthLink", method: "DELETE", path: `${link.path}/{id}` },
			about: "Take a link away",
			told: { 204: { about: "It lets nobody in any more" }, ...told("not-found") },
			async answer({ param, deeds, by }) {
				const row = await find(param("id"));
				if (row === undefined || !(await deeds.identities.remove(row, by))) return refuse("not-found");
				return { status: 204 };
			},
		}),
	];
}
