import type { SecurityEvent, SecurityEvents, Transactions } from "@countersign/core";
import { Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import type { Env } from "../http/index.ts";
import { securityLogPage } from "./pages/security-log.ts";
import type { Visitors } from "./visitor.ts";

export interface SecurityLogDeps {
	readonly storage: Transactions<{ readonly events: Pick<SecurityEvents, "list"> }>;
	readonly visitors: Visitors;
	readonly clock: Clock;
}

const pageSize = 30;

/** GET /account/security: what happened with the account, in pages. */
export function createSecurityLogRoutes({ storage, visitors, clock }: SecurityLogDeps): Hono<Env> {
	return new Hono<Env>().get("/account/security", async (c) => {
		const met = await visitors.meetSignedIn(c);
		if (!met.ok) return met.answer;
		const before = parseBefore(c.req.query("before"));
		const found = await storage.read.events.list(met.visitor.browserSession.account.id, {
			limit: pageSize + 1,
			...(before === undefined ? {} : { before }),
		});
		const view = { ...cutPage(found, pageSize), paged: before !== undefined, now: clock() };
		return met.visitor.show(securityLogPage(view));
	});
}

/**
 * The first page of what was found, and where the next one begins. Signing out everywhere writes many lines with one
 * time; a page ends between times where it can, so that none of them falls between two pages.
 */
export function cutPage(
	found: readonly SecurityEvent[],
	size: number,
): { readonly events: readonly SecurityEvent[]; readonly olderBefore?: number } {
	const next = found[size];
	if (next === undefined) return { events: found };
	const whole = found.slice(0, size).filter(({ at }) => at > next.at);
	if (whole.length > 0) return { events: whole, olderBefore: next.at + 1 };
	return { events: found.slice(0, size), olderBefore: next.at };
}

function parseBefore(text: string | undefined): number | undefined {
	return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}
