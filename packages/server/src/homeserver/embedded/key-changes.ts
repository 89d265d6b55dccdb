import { json } from "../../http/index.ts";
import { refused } from "./client-data.ts";
import { type Endpoint, v3 } from "./endpoint.ts";
import type { KeysStorage } from "./ports.ts";
import { parseSyncToken } from "./sync-token.ts";

/**
 * Whose devices or identity changed between two points of sync. Without rooms nobody follows anybody else's, so it
 * is the caller or nobody. A change after `to` is told as well: looking once too often does no harm.
 * @see https://spec.matrix.org/v1.17/client-server-api/#get_matrixclientv3keyschanges
 */
export function keyChangeEndpoints({ storage }: { readonly storage: KeysStorage }): Endpoint[] {
	return [
		{
			method: "GET",
			paths: [v3("keys/changes")],
			takes: "nothing",
			async answer({ caller, query }) {
				const from = parseSyncToken(query.get("from") ?? "");
				if (!from.ok) return refused(from.refusal);
				const to = parseSyncToken(query.get("to") ?? "");
				if (!to.ok) return refused(to.refusal);
				const changed = await storage.read.keyChanges.changedSince(caller.accountId, from.value.rest);
				return json(200, { changed: changed ? [caller.userId] : [], left: [] });
			},
		},
	];
}
