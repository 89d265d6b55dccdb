import { carryOutSpend, type SpendEnd } from "./carry-out-spend.ts";
import type { RequestIdentity, RequestIn, ResetRequest } from "./claim/reset-request.ts";
import { byApp } from "./events.ts";
import type { GuardMeans } from "./guarded-homeserver.ts";
import type { GuardUnit, IdentifiedUpload } from "./guarded-outcome.ts";
import { beginSpend, homeserver, resumeSpend } from "./spend.ts";

/** The spends of this process. Who comes for one that is being carried out waits for its end. */
export interface Spends {
	/** In the name of the app that uploads. Undefined where somebody else is or was at it: the row says what it is by now. */
	spend(upload: IdentifiedUpload, request: ResetRequest): Promise<SpendEnd | undefined>;
	/** For an app that has not come back: its lease is over. Undefined where somebody is at it. */
	finish(overdue: RequestIn<"spending">, userId: string): Promise<SpendEnd | undefined>;
}

interface Running {
	readonly by: "app" | "server";
	readonly ended: Promise<SpendEnd | undefined>;
}

export function createSpends(means: GuardMeans<GuardUnit>): Spends {
	const running = new Map<string, Running>();
	const keep = (key: string, by: Running["by"], ended: Running["ended"]) => {
		const own = ended.finally(() => running.delete(key));
		running.set(key, { by, ended: own });
		return own;
	};
	return {
		async spend(upload, request) {
			const key = keyOf(upload.identity);
			const known = running.get(key);
			if (known === undefined) return keep(key, "app", spend(means, upload, request));
			if (known.by === "app") return known.ended;
			// It may have given the approval back, which this app then spends. Its fault is not this app's.
			await Promise.allSettled([known.ended]);
			return undefined;
		},
		async finish(overdue, userId) {
			const key = keyOf(overdue);
			return running.has(key) ? undefined : keep(key, "server", finish(means, overdue, userId));
		},
	};
}

function keyOf({ sessionId, digest }: Omit<RequestIdentity, "accountId">): string {
	return `${sessionId} ${digest}`;
}

async function spend(
	means: GuardMeans<GuardUnit>,
	{ identity, uploader }: IdentifiedUpload,
	found: ResetRequest,
): Promise<SpendEnd | undefined> {
	const now = means.clock();
	if (found.state === "spending" && found.leaseUntil > now) return undefined;
	const request =
		found.state === "spending"
			? await resumeSpend(means.storage, found, { now, move: "take-over" })
			: await beginSpend(means.storage, identity, { token: uploader.tokenHash, now });
	const { userId, actor } = byApp(uploader);
	return request && carryOutSpend(means, { request, userId, actor, whereNothingArrived: "send" });
}

async function finish(
	means: GuardMeans<GuardUnit>,
	overdue: RequestIn<"spending">,
	userId: string,
): Promise<SpendEnd | undefined> {
	const how = { now: means.clock(), move: "take-over-to-end" } as const;
	const request = await resumeSpend(means.storage, overdue, how);
	return (
		request && carryOutSpend(means, { request, userId, actor: homeserver, whereNothingArrived: "give-back" })
	);
}
