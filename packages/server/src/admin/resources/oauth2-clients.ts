import { z } from "zod";
import { type Operation, operation } from "../operation.ts";
import { listAnswer, pageQuery } from "../paging.ts";
import type { AdminReads, ClientRow } from "../ports.ts";
import { refuse, told } from "../refusals.ts";
import { flag, ulid, word } from "../shapes.ts";
import { base, resourceKind } from "./resource.ts";

const client = resourceKind(
	"oauth2-client",
	`${base}/oauth2-clients`,
	z.object({
		client_id: ulid,
		client_name: z.string().nullable(),
		client_uri: z.string().nullable(),
		logo_uri: z.string().nullable(),
		redirect_uris: z.array(z.string()),
		grant_types: z.array(z.string()),
		is_static: z.boolean(),
	}),
);

function attributes(row: ClientRow) {
	return {
		client_id: row.id,
		client_name: row.name,
		client_uri: row.uri,
		logo_uri: row.logo,
		redirect_uris: [...row.redirectUris],
		grant_types: [...row.grantTypes],
		is_static: row.isStatic,
	};
}

/** Apps: those that registered, and those of the operator's. No secret, and no hash of one, is told. */
export function oauth2Clients({ administered: { clients } }: AdminReads): readonly Operation[] {
	const about = { tag: "oauth2-client" } as const;
	return [
		operation({
			...{ ...about, id: "listOAuth2Clients", method: "GET", path: client.path, about: "List clients" },
			query: z.object({
				...pageQuery,
				"filter[client-kind]": z.enum(["static", "dynamic"]).optional(),
				"filter[client-name]": word.optional(),
				"filter[client-uri]": word.optional(),
				"filter[grant-type]": word.optional(),
				"filter[has-active-sessions]": flag.optional(),
			}),
			told: { 200: client.listTold("A page of clients") },
			answer(call) {
				const { query } = call;
				const kind = query["filter[client-kind]"];
				return listAnswer(call, {
					listed: clients,
					filter: {
						isStatic: kind === undefined ? undefined : kind === "static",
						name: query["filter[client-name]"],
						uri: query["filter[client-uri]"],
						grantType: query["filter[grant-type]"],
						hasSessions: query["filter[has-active-sessions]"],
					},
					idOf: ({ id }) => id,
					show: (row) => client.show(row.id, attributes(row)),
				});
			},
		}),
		operation({
			...{ ...about, id: "getOAuth2Client", method: "GET", path: `${client.path}/{id}` },
			about: "Read a client",
			told: { 200: client.oneTold("The client"), ...told("not-found") },
			async answer({ param }) {
				const row = await clients.find(param("id"));
				return row === undefined ? refuse("not-found") : client.one(row.id, attributes(row));
			},
		}),
	];
}
