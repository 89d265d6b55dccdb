import { errcodes, type Parsed, refuse } from "@countersign/protocol";
import { json } from "../../http/index.ts";
import { type ClientDataDeps, type ClientDataStorage, refused } from "./client-data.ts";
import { type Call, type Endpoint, v3 } from "./endpoint.ts";
import { findFilter } from "./filters.ts";
import { createOpenSyncs, type OpenSyncs } from "./open-syncs.ts";
import type { JsonObject } from "./ports.ts";
import { quotas } from "./quotas.ts";
import { collectNews } from "./sync-news.ts";
import { parseSyncToken } from "./sync-token.ts";
import type { Wakeups } from "./wakeups.ts";

export interface SyncDeps extends Pick<ClientDataDeps, "storage"> {
	readonly wakeups: Wakeups;
}

/** However long an app is willing to wait. */
const longestWaitMs = 30_000;

/** What an app has seen, what it wants, and how long it waits for it. */
interface Wanted {
	/** Undefined at the first sync. */
	readonly since?: number;
	readonly filter: JsonObject;
	readonly waitMs: number;
}

/**
 * What is new for a device, held back until there is something, at most for the app's `timeout` and for 30 seconds.
 * Ends early when the app hangs up, opens too many more or the server stops. A token that no longer counts after the wait gets nothing.
 * Refuses with 400 M_INVALID_PARAM tokens, filters and timeouts that it cannot read.
 * @see https://spec.matrix.org/v1.17/client-server-api/#get_matrixclientv3sync
 */
export function syncEndpoints(deps: SyncDeps): Endpoint[] {
	const openSyncs = createOpenSyncs(quotas.openSyncs);
	return [
		{
			method: "GET",
			paths: [v3("sync")],
			takes: "nothing",
			answer: async (call) => {
				const wanted = await parseWanted(deps.storage, call);
				if (!wanted.ok) return refused(wanted.refusal);
				await forgetDelivered(deps.storage, call, wanted.value);
				return waitForNews({ ...deps, openSyncs }, call, wanted.value);
			},
		},
	];
}

async function waitForNews(
	deps: SyncDeps & { readonly openSyncs: OpenSyncs },
	call: Call<undefined>,
	wanted: Wanted,
): Promise<Response> {
	const watch = deps.wakeups.watch(call.caller.accountId);
	const place = deps.openSyncs.enter(call.caller.sessionId);
	const patience = AbortSignal.any([call.until(), place.isOver, AbortSignal.timeout(wanted.waitMs)]);
	try {
		for (;;) {
			const { body, isEmpty } = await collectNews(deps.storage.read, call.caller, wanted);
			if (!isEmpty || wanted.waitMs === 0 || patience.aborted) return json(200, body);
			await watch.news(patience);
			const refusal = await call.checkAgain();
			if (refusal !== undefined) return refusal;
		}
	} finally {
		watch.close();
		place.leave();
	}
}

/** By coming back with the token that followed them, the device shows that it has its messages. */
async function forgetDelivered(
	storage: ClientDataStorage,
	{ caller }: Call<undefined>,
	{ since }: Wanted,
): Promise<void> {
	if (since === undefined || !(await storage.read.toDevice.hasUpTo(caller, since))) return;
	await storage.write((unit) => unit.toDevice.removeUpTo(caller, since));
}

async function parseWanted(
	storage: ClientDataStorage,
	{ caller, query }: Call<undefined>,
): Promise<Parsed<Wanted>> {
	const timeout = query.get("timeout") ?? "0";
	if (!/^[0-9]{1,15}$/.test(timeout))
		return refuse(errcodes.invalidParam, "timeout must be a number of milliseconds");
	const filter = await findFilter(storage, caller.accountId, query.get("filter"));
	if (!filter.ok) return filter;
	const text = query.get("since");
	const isFull = text === null || text === "" || query.get("full_state") === "true";
	const waitMs = isFull ? 0 : Math.min(Number(timeout), longestWaitMs);
	const wanted = { filter: filter.value, waitMs };
	if (text === null || text === "") return { ok: true, value: wanted };
	const since = parseSyncToken(text);
	if (!since.ok) return since;
	// Only another database can have given out a later one. To believe it would delete messages never delivered.
	if (since.value > (await storage.read.stream.position()))
		return refuse(errcodes.invalidParam, "Not a token of this server");
	return { ok: true, value: { ...wanted, since: since.value } };
}
