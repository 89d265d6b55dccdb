import { requestAt } from "@countersign/core";
import { type Context, Hono } from "hono";
import type { Env } from "../http/index.ts";
import type { LoadResetDeps } from "./load-reset.ts";
import { claim } from "./pages/device-words.ts";
import { type ListedRequest, resetListPage } from "./pages/reset-list.ts";
import type { Visitors } from "./visitor.ts";

export interface WaitingDeps extends Pick<LoadResetDeps, "storage" | "clock"> {
	readonly visitors: Visitors;
}

const shownAfterEndMs = 60 * 60_000;

/** GET /account/reset: what waits for this person and how to begin. Approves nothing, in advance or otherwise. */
export function createWaitingRoutes(deps: WaitingDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/account/reset", (c) => show(deps, c))
		.get("/account/reset/", (c) => show(deps, c));
}

async function show({ storage, clock, visitors }: WaitingDeps, c: Context<Env>): Promise<Response> {
	const met = await visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const now = clock();
	const accountId = met.visitor.browserSession.account.id;
	const rows = await storage.read.requests.ofAccount(accountId, now - shownAfterEndMs);
	const requests = await Promise.all(
		rows.map(async (row): Promise<ListedRequest> => {
			const session = await storage.read.sessionFacts.find(row.sessionId);
			const device = claim(session?.deviceName, 60) ?? claim(row.deviceId, 60) ?? "";
			return { request: requestAt(row, now), device };
		}),
	);
	return met.visitor.show(resetListPage({ now, requests }));
}
