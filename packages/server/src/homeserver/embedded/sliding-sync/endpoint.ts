import type { Parsed } from "@countersign/protocol";
import { type ClientDataDeps, type ClientDataStorage, refused } from "../client-data.ts";
import type { Call, Endpoint } from "../endpoint.ts";
import { forgetDelivered, type HeldAnswers, parseWait } from "../held-answers.ts";
import type { JsonObject } from "../ports.ts";
import { messagesPerSync } from "../sync-news.ts";
import { collectSlidingNews } from "./news.ts";
import { type Position, parsePosition } from "./position.ts";
import { parseSlidingSyncRequest, type SlidingSyncRequest } from "./request.ts";

/** What an app has seen, what it wants, and how long it waits for it. */
interface Wanted {
	readonly request: SlidingSyncRequest;
	/** Undefined at the first sync of a connection. */
	readonly position: Position | undefined;
	readonly waitMs: number;
}

/**
 * Simplified sliding sync, for people without rooms: messages between devices, keys and account data. Held back as
 * `/sync` is. Messages are kept until a `since` of the extension shows that the device has them, whatever the
 * connection, so that a lost answer loses none.
 * Refuses with 400 M_UNKNOWN_POS, M_INVALID_PARAM or M_BAD_JSON.
 * @see https://github.com/matrix-org/matrix-spec-proposals/blob/main/proposals/4186-simplified-sliding-sync.md
 */
export function slidingSyncEndpoints({
	storage,
	heldAnswers,
}: Pick<ClientDataDeps, "storage"> & { readonly heldAnswers: HeldAnswers }): Endpoint[] {
	return [
		{
			method: "POST",
			paths: ["/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"],
			takes: "json",
			answer: async (call) => {
				const wanted = await parseWanted(storage, call);
				if (!wanted.ok) return refused(wanted.refusal);
				const { request, position, waitMs } = wanted.value;
				const gone = await forgetDelivered(storage, call, request.toDevice?.since);
				if (gone !== undefined) return gone;
				return heldAnswers.hold(call, waitMs, () =>
					collectSlidingNews(storage.read, call.caller, { request, position }),
				);
			},
		},
	];
}

async function parseWanted(
	storage: ClientDataStorage,
	{ caller, query, body }: Call<JsonObject>,
): Promise<Parsed<Wanted>> {
	const wait = parseWait(query.get("timeout") ?? "0");
	if (!wait.ok) return wait;
	const parsed = parseSlidingSyncRequest(body, { messagesPerSync });
	if (!parsed.ok) return parsed;
	const latest = await storage.read.stream.position(caller.accountId);
	const request = believable(parsed.value, latest);
	const common = { request, waitMs: wait.value };
	// Without a position there is always something to tell, and nothing to wait for.
	const text = query.get("pos") ?? "";
	if (text === "") return { ok: true, value: { ...common, position: undefined } };
	const connection = { ...caller, connectionId: request.connectionId };
	const position = parsePosition(text, connection, { latest });
	return position.ok ? { ok: true, value: { ...common, position: position.value } } : position;
}

/**
 * Only another database can have given out a later `since`. To believe it would delete messages never delivered; to
 * refuse it would end sync for good, for apps keep it when they begin anew. So all messages are handed out again.
 */
function believable(request: SlidingSyncRequest, latest: number): SlidingSyncRequest {
	const { toDevice } = request;
	if (toDevice?.since === undefined || toDevice.since <= latest) return request;
	return { ...request, toDevice: { ...toDevice, since: undefined } };
}
