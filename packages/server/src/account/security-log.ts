import type { Transactions } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { type Context, Hono } from "hono";
import type { SecurityEvent, SecurityEvents } from "../audit/index.ts";
import type { Clock } from "../config/ports.ts";
import type { Env } from "../http/index.ts";
import type { Sessions } from "../sessions/index.ts";
import { kindsOf, parseEventGroup } from "./pages/event-groups.ts";
import type { LogFilter } from "./pages/log-filter.ts";
import { securityLogPage } from "./pages/security-log.ts";
import type { Visitors } from "./visitor.ts";

export interface SecurityLogDeps {
	readonly storage: Transactions<{ readonly events: Pick<SecurityEvents, "list"> }>;
	readonly sessions: Pick<Sessions, "listOf">;
	readonly visitors: Visitors;
	readonly clock: Clock;
}

const pageSize = 30;

/** GET /account/security: what happened with the account, in pages; of one kind or one device where that is asked for. */
export function createSecurityLogRoutes(deps: SecurityLogDeps): Hono<Env> {
	return new Hono<Env>().get("/account/security", (c) => show(deps, c));
}

async function show(deps: SecurityLogDeps, c: Context<Env>): Promise<Response> {
	const { storage, sessions, visitors, clock } = deps;
	const met = await visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const accountId = met.visitor.browserSession.account.id;
	const after = parsePlace(c.req.query("after"));
	const filter = parseFilter(c);
	const found = await storage.read.events.list(accountId, {
		limit: pageSize + 1,
		...(after === undefined ? {} : { after }),
		...(filter.group === undefined ? {} : { kinds: kindsOf(filter.group) }),
		...(filter.deviceId === undefined ? {} : { deviceId: filter.deviceId }),
	});
	const events = found.slice(0, pageSize);
	const older = found.length > pageSize ? events.at(-1) : undefined;
	const devices = await sessions.listOf(accountId);
	const view = { events, older, paged: after !== undefined, filter, devices, now: clock() };
	return met.visitor.show(securityLogPage(view));
}

/** What the form sends; a choice left open is an empty text. Whatever it cannot have sent is no choice. */
function parseFilter(c: Context<Env>): LogFilter {
	const device = c.req.query("device") ?? "";
	return {
		group: parseEventGroup(c.req.query("kind")),
		deviceId: /^[^\0]{1,255}$/.test(device) ? asDeviceId(device) : undefined,
	};
}

/** The line that the page before ended with. Its time and id say nothing to anybody else, and are not looked up. */
function parsePlace(text: string | undefined): Pick<SecurityEvent, "at" | "id"> | undefined {
	const [, at, id] = /^([0-9]{1,15})\.([\w-]{1,64})$/.exec(text ?? "") ?? [];
	return at === undefined || id === undefined ? undefined : { at: Number(at), id };
}
