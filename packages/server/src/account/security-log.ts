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
		const after = parsePlace(c.req.query("after"));
		const found = await storage.read.events.list(met.visitor.browserSession.account.id, {
			limit: pageSize + 1,
			...(after === undefined ? {} : { after }),
		});
		const events = found.slice(0, pageSize);
		const older = found.length > pageSize ? events.at(-1) : undefined;
		return met.visitor.show(securityLogPage({ events, older, paged: after !== undefined, now: clock() }));
	});
}

/** The line that the page before ended with. Its time and id say nothing to anybody else, and are not looked up. */
function parsePlace(text: string | undefined): Pick<SecurityEvent, "at" | "id"> | undefined {
	const [, at, id] = /^([0-9]{1,15})\.([\w-]{1,64})$/.exec(text ?? "") ?? [];
	return at === undefined || id === undefined ? undefined : { at: Number(at), id };
}
