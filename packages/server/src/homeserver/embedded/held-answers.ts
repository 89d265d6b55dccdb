import { errcodes, type Parsed, refuse } from "@countersign/protocol";
import { json } from "../../http/index.ts";
import type { ClientDataStorage } from "./client-data.ts";
import type { Call } from "./endpoint.ts";
import { createOpenSyncs } from "./open-syncs.ts";
import { quotas } from "./quotas.ts";
import type { News } from "./sync-news.ts";
import type { Wakeups } from "./wakeups.ts";

/** However long an app is willing to wait. */
const longestWaitMs = 30_000;

/** Answers that wait for news. One for all kinds of sync: what a session may hold open is counted together. */
export interface HeldAnswers {
	/**
	 * Answers with what `look` finds as soon as that is not empty, at the latest after `waitMs`. Ends early when the
	 * app hangs up, opens too many more or the server stops. A token that no longer counts after the wait gets nothing.
	 */
	hold(call: Call<unknown>, waitMs: number, look: () => Promise<News>): Promise<Response>;
}

export function createHeldAnswers({ wakeups }: { readonly wakeups: Wakeups }): HeldAnswers {
	const openSyncs = createOpenSyncs(quotas.openSyncs);
	return {
		async hold(call, waitMs, look) {
			const watch = wakeups.watch(call.caller.accountId);
			const place = openSyncs.enter(call.caller.sessionId);
			const patience = AbortSignal.any([call.until(), place.isOver, AbortSignal.timeout(waitMs)]);
			try {
				for (;;) {
					const { body, isEmpty } = await look();
					if (!isEmpty || waitMs === 0 || patience.aborted) return json(200, body);
					await watch.news(patience);
					const refusal = await call.checkAgain();
					if (refusal !== undefined) return refusal;
				}
			} finally {
				watch.close();
				place.leave();
			}
		},
	};
}

/** How long to wait, as the app asks, and at most 30 seconds. Refuses with M_INVALID_PARAM what is no number. */
export function parseWait(timeout: string): Parsed<number> {
	if (!/^[0-9]{1,15}$/.test(timeout))
		return refuse(errcodes.invalidParam, "timeout must be a number of milliseconds");
	return { ok: true, value: Math.min(Number(timeout), longestWaitMs) };
}

/**
 * By coming back with the token that followed them, the device shows that it has its messages. The refusal where its
 * session has ended meanwhile: whoever holds the device now has not seen them.
 */
export async function forgetDelivered(
	storage: ClientDataStorage,
	{ caller, write }: Call<unknown>,
	since: number | undefined,
): Promise<Response | undefined> {
	if (since === undefined || !(await storage.read.toDevice.hasUpTo(caller, since))) return undefined;
	return write(async (unit) => {
		await unit.toDevice.removeUpTo(caller, since);
		return undefined;
	});
}
