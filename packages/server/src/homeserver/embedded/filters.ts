import { createHash } from "node:crypto";
import type { AccountId } from "@countersign/core";
import { errcodes, member, type Parsed, parseJson, refuse } from "@countersign/protocol";
import { json } from "../../http/index.ts";
import { matrixError } from "../../matrix-api/index.ts";
import { type ClientDataDeps, type ClientDataStorage, own, parseObject, refused } from "./client-data.ts";
import { type Endpoint, v3 } from "./endpoint.ts";
import type { JsonObject } from "./ports.ts";
import { quotas } from "./quotas.ts";

const sections = ["account_data", "presence", "room"] as const;

/**
 * Filters that apps keep under an id. The id comes from the content, so that an app that stores the same filter at
 * each start keeps one.
 * @see https://spec.matrix.org/v1.17/client-server-api/#filtering
 */
export function filterEndpoints({ storage }: Pick<ClientDataDeps, "storage">): Endpoint[] {
	return [
		{
			method: "POST",
			paths: [v3("user/:userId/filter")],
			takes: "json",
			answer: own(async ({ caller, body, write }) => {
				const filter = parseFilter(body);
				if (!filter.ok) return refused(filter.refusal);
				const id = idOf(filter.value);
				return write(async ({ filters }) => {
					const isKept = (await filters.get(caller.accountId, id)) !== undefined;
					if (!isKept && (await filters.count(caller.accountId)) >= quotas.filters)
						return matrixError(413, errcodes.tooLarge, `An account has at most ${quotas.filters} filters`);
					await filters.put(caller.accountId, id, filter.value);
					return json(200, { filter_id: id });
				});
			}),
		},
		{
			method: "GET",
			paths: [v3("user/:userId/filter/:filterId")],
			takes: "nothing",
			answer: own(async ({ caller, param }) => {
				const filter = await storage.read.filters.get(caller.accountId, param("filterId"));
				return filter === undefined
					? matrixError(404, errcodes.notFound, "Unknown filter")
					: json(200, filter);
			}),
		},
	];
}

/** The filter of a sync: JSON, or the id of a kept one. Refuses with M_INVALID_PARAM what is neither. */
export async function findFilter(
	storage: ClientDataStorage,
	accountId: AccountId,
	text: string | null,
): Promise<Parsed<JsonObject>> {
	if (text === null || text === "") return { ok: true, value: {} };
	if (text.startsWith("{")) {
		const parsed = parseJson(text);
		const filter = parsed.ok ? parseFilter(parsed.value) : parsed;
		return filter.ok ? filter : refuse(errcodes.invalidParam, filter.refusal.error);
	}
	const kept = await storage.read.filters.get(accountId, text);
	return kept === undefined ? refuse(errcodes.invalidParam, "Unknown filter") : { ok: true, value: kept };
}

function parseFilter(body: unknown): Parsed<JsonObject> {
	const filter = parseObject("A filter", body);
	if (!filter.ok) return filter;
	for (const section of sections) {
		const value = member(filter.value, section);
		const parsed = value === undefined ? filter : parseObject(`${section} of a filter`, value);
		if (!parsed.ok) return parsed;
	}
	return filter;
}

function idOf(filter: JsonObject): string {
	return createHash("sha256").update(JSON.stringify(filter)).digest("base64url").slice(0, 22);
}
