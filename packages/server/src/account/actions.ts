import { type AccountId, isLiveAt, type ResetRequests, type Transactions } from "@countersign/core";
import type { AccountAction } from "@countersign/protocol";
import { type Context, Hono, type Next } from "hono";
import type { Clock } from "../config/ports.ts";
import { type Env, seeOther } from "../http/index.ts";
import { addressOf, type Resume } from "../resume/index.ts";
import { meetTheOneMeant } from "./other-account.ts";
import { resumeAt, type Visitors } from "./visitor.ts";

export interface ActionDeps {
	readonly storage: Transactions<{ readonly requests: Pick<ResetRequests, "ofAccount"> }>;
	readonly clock: Clock;
	readonly visitors: Visitors;
}

/**
 * GET /account/?action=: leads to the page that an app's link means, after signing in where that is needed. Links can
 * be forged, so an action here is an address and nothing more. No or an unknown action: the front page, by the route
 * registered after this one. Apps put the query behind the address in whichever way: without the slash it leads here.
 * @see https://spec.matrix.org/v1.18/client-server-api/#account-management-url-parameters
 */
export function createActionRoutes(deps: ActionDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/account", (c) => seeOther(`/account/${new URL(c.req.url).search}`))
		.get("/account/", (c, next) => lead(deps, c, next));
}

async function lead(deps: ActionDeps, c: Context<Env>, next: Next): Promise<Response | undefined> {
	const to = resumeAt(c.req.raw);
	const { action, deviceId, loginHint }: LinkOfApp = to.kind === "front" ? to : {};
	if (action !== undefined || loginHint !== undefined) {
		const met = await meetTheOneMeant(deps.visitors, c, to);
		if (!met.ok) return met.answer;
		const accountId = met.visitor.browserSession.account.id;
		if (action !== undefined) return seeOther(addressOf(await target(deps, { action, accountId, deviceId })));
	}
	await next();
	return undefined;
}

type LinkOfApp = Partial<
	Pick<Extract<Resume, { readonly kind: "front" }>, "action" | "deviceId" | "loginHint">
>;

async function target(
	deps: ActionDeps,
	asked: {
		readonly action: AccountAction;
		readonly accountId: AccountId;
		readonly deviceId: string | undefined;
	},
): Promise<Resume> {
	const { action, accountId, deviceId } = asked;
	const devices = { kind: "page", page: "devices" } as const;
	switch (action) {
		case "org.matrix.profile":
			return { kind: "page", page: "profile" };
		case "org.matrix.devices_list":
			return devices;
		case "org.matrix.device_view":
			return deviceId === undefined ? devices : { kind: "device", deviceId };
		case "org.matrix.device_delete":
			return deviceId === undefined ? devices : { kind: "device", deviceId, part: "removal" };
		case "org.matrix.account_deactivate":
			return { kind: "page", page: "deactivate" };
		case "org.matrix.cross_signing_reset":
			return waiting(deps, accountId);
	}
}

/** The one request that waits; of several the person has to choose, and of none they are told how to begin. */
async function waiting({ storage, clock }: ActionDeps, accountId: AccountId): Promise<Resume> {
	const now = clock();
	const requests = await storage.read.requests.ofAccount(accountId, now);
	const [only, second] = requests.filter((request) => isLiveAt(request, now));
	if (only === undefined || second !== undefined) return { kind: "page", page: "reset" };
	return { kind: "reset", reference: only.reference, fromFallback: false };
}
