import { z } from "zod";
import { idOfProvider } from "../ids.ts";
import { type Operation, operation } from "../operation.ts";
import { listAnswer, pageQuery } from "../paging.ts";
import type { Listed } from "../ports.ts";
import { refuse, told } from "../refusals.ts";
import { flag, time, timeOf } from "../shapes.ts";
import { base, resourceKind } from "./resource.ts";

/** Another service that says who somebody is, as the settings name it. */
export interface UpstreamProvider {
	readonly id: string;
	readonly issuer: string;
	readonly name: string;
	readonly needsToken: boolean;
}

const provider = resourceKind(
	"upstream-oauth-provider",
	`${base}/upstream-oauth-providers`,
	z.object({
		issuer: z.string().nullable(),
		human_name: z.string().nullable(),
		brand_name: z.string().nullable(),
		created_at: time.describe(
			"When this server started: since when a provider is in the settings is not kept",
		),
		disabled_at: time.nullable(),
		registration_token_required: z.boolean(),
	}),
);

/** Providers as they are set up: whoever is not in the settings is none. */
export function upstreamProviders(
	providers: readonly UpstreamProvider[],
	startedAt: number,
): readonly Operation[] {
	const about = { tag: "upstream-oauth-provider" } as const;
	const attributes = (one: UpstreamProvider) => ({
		issuer: one.issuer,
		human_name: one.name,
		brand_name: null,
		created_at: timeOf(startedAt),
		disabled_at: null,
		registration_token_required: one.needsToken,
	});
	const sorted = providers
		.map((one) => ({ ...one, id: idOfProvider(one.id) }))
		.toSorted((a, b) => (a.id < b.id ? -1 : 1));
	return [
		operation({
			...{ ...about, id: "listUpstreamOAuthProviders", method: "GET", path: provider.path },
			about: "List upstream providers",
			query: z.object({ ...pageQuery, "filter[enabled]": flag.optional() }),
			told: { 200: provider.listTold("A page of providers") },
			answer(call) {
				return listAnswer(call, {
					listed: listed(call.query["filter[enabled]"] === false ? [] : sorted),
					filter: {},
					idOf: ({ id }) => id,
					show: (row) => provider.show(row.id, attributes(row)),
				});
			},
		}),
		operation({
			...{ ...about, id: "getUpstreamOAuthProvider", method: "GET", path: `${provider.path}/{id}` },
			about: "Read an upstream provider",
			told: { 200: provider.oneTold("The provider"), ...told("not-found") },
			async answer({ param }) {
				const found = sorted.find(({ id }) => id === param("id"));
				return found === undefined ? refuse("not-found") : provider.one(found.id, attributes(found));
			},
		}),
	];
}

/** A list that is in no storage, paged like all others. */
function listed(all: readonly UpstreamProvider[]): Pick<Listed<object, UpstreamProvider>, "list" | "count"> {
	return {
		async list(_, { after, before, take, isFromEnd }) {
			const [behind, ahead] = [after?.[0], before?.[0]];
			const between = all.filter(
				({ id }) => (behind === undefined || id > behind) && (ahead === undefined || id < ahead),
			);
			return isFromEnd ? between.slice(-take) : between.slice(0, take);
		},
		count: async () => all.length,
	};
}
