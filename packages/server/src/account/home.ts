import {
	type AccountId,
	type ResetRequest,
	type ResetRequests,
	requestAt,
	type Transactions,
} from "@countersign/core";
import { type Context, Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import type { Env } from "../http/index.ts";
import type { Kept } from "../kept/index.ts";
import type { LostFactors } from "../lost-factors/index.ts";
import { noticeText, type Objections } from "../notices/index.ts";
import { endsSoon, type SessionRules, type Sessions } from "../sessions/index.ts";
import type { Upstream } from "../upstream/index.ts";
import { say } from "../words/index.ts";
import { puttingAway } from "./notice.ts";
import { homePage } from "./pages/home.ts";
import type { RecentNotice } from "./pages/not-me.ts";
import { signOutForm } from "./pages/sign-out-form.ts";
import { loadSafety, type SafetyDeps } from "./safety.ts";
import type { Visitors } from "./visitor.ts";

export interface HomeDeps extends SafetyDeps {
	readonly storage: WaitingStorage & SafetyDeps["storage"];
	readonly sessions: Pick<Sessions, "listOf">;
	readonly kept: Pick<Kept, "list">;
	readonly visitors: Visitors;
	readonly objections?: Pick<Objections, "recent"> | undefined;
	readonly lostFactors?: Pick<LostFactors, "waiting"> | undefined;
	/** How sessions live. */
	readonly rules: SessionRules;
	/** Other services by which people sign in. Default: there are none. */
	readonly upstream?: Pick<Upstream, "providers"> | undefined;
	readonly clock: Clock;
}

export type WaitingStorage = Transactions<{ readonly requests: Pick<ResetRequests, "ofAccount"> }>;

const eventsShown = 3;

/** GET /account/: the front page, for links that name no action. */
export function createHomeRoutes(deps: HomeDeps): Hono<Env> {
	return new Hono<Env>().get("/account/", async (c) => {
		const met = await deps.visitors.meetSignedIn(c);
		if (!met.ok) return met.answer;
		const { visitor } = met;
		const { account } = visitor.browserSession;
		const now = deps.clock();
		const devices = await deps.sessions.listOf(account.id);
		const view = homePage({
			userId: visitor.userId,
			displayName: account.displayName,
			createdAt: account.createdAt,
			devices,
			ending: devices.filter((device) => endsSoon(device, deps.rules, now)),
			isKept: (await deps.kept.list(account.id)).length > 0,
			missingFactor: visitor.missingFactor,
			hasServices: deps.upstream !== undefined,
			recent: await recentNotices(deps, c, account.id),
			putAway: visitor.csrf(puttingAway),
			safety: await loadSafety(deps, account.id),
			events: await deps.storage.read.events.list(account.id, { limit: eventsShown }),
			loss: await deps.lostFactors?.waiting(account.id),
			waiting: await waitingRequests(deps.storage, account.id, now),
			now,
			signOut: signOutForm({ label: say("browsers.sign-out-here"), csrf: visitor.csrf("sign-out") }),
		});
		return visitor.show(view);
	});
}

async function recentNotices(
	{ objections, visitors }: HomeDeps,
	c: Context<Env>,
	accountId: AccountId,
): Promise<readonly RecentNotice[]> {
	const recent = (await objections?.recent(accountId, visitors.putAway(c))) ?? [];
	return recent.flatMap(({ kind, at, eventId }) => {
		const what = noticeText(kind);
		return what === undefined ? [] : { what, at, eventId };
	});
}

/** Requests to replace the person's digital identity that can be decided now, newest first. */
export async function waitingRequests(
	storage: WaitingStorage,
	accountId: AccountId,
	now: number,
): Promise<readonly ResetRequest[]> {
	const requests = await storage.read.requests.ofAccount(accountId, now);
	return requests.filter((request) => requestAt(request, now).state === "pending");
}
