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
	human_account_name: null,
});
const idOf = ({ provider, subject }: UpstreamLinkRow) => idOfParts(provider, subject);
const keyOf = (id: string) => partsOfId(id, 2);

/** Whom another service knows a person as. */
export function upstreamLinks({
	administered: { upstreamLinks: links, users },
}: AdminReads): readonly Operation[] {
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
				const key = keyOf(param("id"));
				const row = key && (await links.find(...key));
				return row === undefined ? refuse("not-found") : link.one(idOf(row), attributes(row));
			},
		}),
	];
}
