import type { Parsed } from "@countersign/protocol";
import { type ClientDataDeps, type ClientDataStorage, refused } from "./client-data.ts";
import { type Call, type Endpoint, v3 } from "./endpoint.ts";
import { findFilter } from "./filters.ts";
import { forgetDelivered, type HeldAnswers, parseWait } from "./held-answers.ts";
import type { JsonObject } from "./ports.ts";
import { collectNews } from "./sync-news.ts";
import { parseSyncToken, type SyncPoint } from "./sync-token.ts";

export interface SyncDeps extends Pick<ClientDataDeps, "storage"> {
	readonly heldAnswers: HeldAnswers;
}

/** What an app has seen, what it wants, and how long it waits for it. */
interface Wanted {
	/** Undefined at the first sync, and where the token is of another database: all there is is told then. */
	readonly since?: SyncPoint;
	readonly filter: JsonObject;
	readonly waitMs: number;
}

/**
 * What is new for a device, held back until there is something, at most for the app's `timeout` and for 30 seconds.
 * Refuses with 400 M_INVALID_PARAM tokens, filters and timeouts that it cannot read.
 * @see https://spec.matrix.org/v1.17/client-server-api/#get_matrixclientv3sync
 */
export function syncEndpoints({ storage, heldAnswers }: SyncDeps): Endpoint[] {
	return [
		{
			method: "GET",
			paths: [v3("sync")],
			takes: "nothing",
			answer: async (call) => {
				const wanted = await parseWanted(storage, call);
				if (!wanted.ok) return refused(wanted.refusal);
				const gone = await forgetDelivered(storage, call, wanted.value.since?.messages);
				if (gone !== undefined) return gone;
				return heldAnswers.hold(call, wanted.value.waitMs, () =>
					collectNews(storage.read, call.caller, wanted.value),
				);
			},
		},
	];
}

async function parseWanted(
	storage: ClientDataStorage,
	{ caller, query }: Call<undefined>,
): Promise<Parsed<Wanted>> {
	const wait = parseWait(query.get("timeout") ?? "0");
	if (!wait.ok) return wait;
	const filter = await findFilter(storage, caller.accountId, query.get("filter"));
	if (!filter.ok) return filter;
	const text = query.get("since");
	const first = { filter: filter.value, waitMs: 0 };
	if (text === null || text === "") return { ok: true, value: first };
	const since = parseSyncToken(text);
	if (!since.ok) return since;
	// Only another database can have given out a later one, as before a backup of this one was put back. To believe it
	// would delete messages never delivered; to refuse it would end sync for good, for apps send it again and again.
	if (since.value.rest > (await storage.read.stream.position(caller.accountId)))
		return { ok: true, value: first };
	const waitMs = query.get("full_state") === "true" ? 0 : wait.value;
	return { ok: true, value: { filter: filter.value, waitMs, since: since.value } };
}
