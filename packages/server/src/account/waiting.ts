import { isLive, requestAt } from "@countersign/core";
import { type Context, Hono } from "hono";
import type { Env } from "../http/index.ts";
import { deviceNames } from "./device-names.ts";
import { askingDevice, type LoadResetDeps } from "./load-reset.ts";
import { type ListedRequest, resetListPage } from "./pages/reset-list.ts";
import { warningsAbout } from "./pages/reset-stage.ts";
import type { Visitors } from "./visitor.ts";

export interface WaitingDeps extends Pick<LoadResetDeps, "storage" | "clock" | "homeserver" | "sessions"> {
	readonly visitors: Visitors;
}

const shownAfterEndMs = 60 * 60_000;

/** GET /account/reset: what waits for this person and how to begin. Approves nothing, in advance or otherwise. */
export function createWaitingRoutes(deps: WaitingDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/account/reset", (c) => show(deps, c))
		.get("/account/reset/", (c) => show(deps, c));
}

async function show(
	{ storage, clock, visitors, homeserver, sessions }: WaitingDeps,
	c: Context<Env>,
): Promise<Response> {
	const met = await visitors.meetToRefuse(c);
	if (!met.ok) return met.answer;
	const now = clock();
	const { browserSession, address: browserAddress } = met.visitor;
	const rows = await storage.read.requests.ofAccount(browserSession.account.id, now - shownAfterEndMs);
	const nameOf = await deviceNames(homeserver, browserSession.account.id);
	const devices = await sessions.listOf(browserSession.account.id);
	const known = rows.map((row) => requestAt(row, now));
	const live = known.filter(isLive);
	const requests = await Promise.all(
		known.map(async (request): Promise<ListedRequest> => {
			const session = await storage.read.sessionFacts.find(request.sessionId);
			const signedInAt = session?.createdAt;
			const isWaiting = request.state === "pending";
			const warnings = isWaiting ? warningsAbout({ request, live, signedInAt, browserAddress }) : [];
			const named = session && { ...session, deviceName: nameOf(session) };
			return { request, device: askingDevice(request, named, { devices, nameOf }), warnings };
		}),
	);
	return met.visitor.show(resetListPage({ now, requests }));
}
