import { type AccountId, isLive, type ResetRequests, requestAt, type Transactions } from "@countersign/core";
import { type AccountAction, parseAccountAction } from "@countersign/protocol";
import { type Context, Hono, type Next } from "hono";
import type { Clock } from "../config/ports.ts";
import { type Env, seeOther } from "../http/index.ts";
import { say } from "../words/index.ts";
import { hintOf, otherAccount, withoutHint } from "./login-hint.ts";
import { devicePath } from "./pages/device-words.ts";
import { otherAccountPage } from "./pages/other-account.ts";
import { resetPath } from "./pages/reset-forms.ts";
import { signOutForm } from "./pages/sign-out-form.ts";
import { type SignedInVisitor, signInRedirect, type Visitors } from "./visitor.ts";

export interface ActionDeps {
	readonly storage: Transactions<{ readonly requests: Pick<ResetRequests, "ofAccount"> }>;
	readonly clock: Clock;
	readonly visitors: Visitors;
	readonly serverName: string;
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
		.get("/account/", (c, next) => expect(deps, c, next))
		.get("/account/", (c, next) => dispatch(deps, c, next));
}

/**
 * The app means a person. Whoever is signed in and somebody else is told so, and chooses: what follows would show or
 * change their own account, while they believe that it is the other one.
 */
async function expect(deps: ActionDeps, c: Context<Env>, next: Next): Promise<Response | undefined> {
	const address = c.req.url;
	const hint = hintOf(address);
	if (hint !== undefined) {
		const visitor = await deps.visitors.meet(c);
		if (visitor.browserSession === undefined) return signInRedirect(c.req.raw, { username: hint });
		const expected = otherAccount(hint, visitor.userId, deps.serverName);
		if (expected !== undefined) return visitor.show(otherPage(visitor, { expected, address }));
	}
	await next();
	return undefined;
}

function otherPage(visitor: SignedInVisitor, asked: { readonly expected: string; readonly address: string }) {
	const { pathname, search } = new URL(asked.address);
	return otherAccountPage({
		userId: visitor.userId,
		expected: asked.expected,
		goOn: withoutHint(asked.address),
		switchAccount: signOutForm({
			...{ label: say("common.use-another-account"), kind: "primary" },
			...{ csrf: visitor.csrf("sign-out"), next: pathname + search },
		}),
	});
}

async function dispatch(deps: ActionDeps, c: Context<Env>, next: Next): Promise<Response | undefined> {
	const action = parseAccountAction(c.req.query("action"));
	if (action === undefined) {
		await next();
		return undefined;
	}
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const accountId = met.visitor.browserSession.account.id;
	return seeOther(await target(deps, { action, accountId, deviceId: c.req.query("device_id") }));
}

async function target(
	deps: ActionDeps,
	asked: {
		readonly action: AccountAction;
		readonly accountId: AccountId;
		readonly deviceId: string | undefined;
	},
): Promise<string> {
	const { action, accountId, deviceId } = asked;
	const device = deviceId === undefined || deviceId === "" ? undefined : devicePath(deviceId);
	switch (action) {
		case "org.matrix.profile":
			return "/account/profile";
		case "org.matrix.devices_list":
			return "/account/devices";
		case "org.matrix.device_view":
			return device ?? "/account/devices";
		case "org.matrix.device_delete":
			return device === undefined ? "/account/devices" : `${device}?delete=1`;
		case "org.matrix.account_deactivate":
			return "/account/deactivate";
		case "org.matrix.cross_signing_reset":
			return waiting(deps, accountId);
	}
}

/** The one request that waits; of several the person has to choose, and of none they are told how to begin. */
async function waiting({ storage, clock }: ActionDeps, accountId: AccountId): Promise<string> {
	const now = clock();
	const requests = await storage.read.requests.ofAccount(accountId, now);
	const [only, second] = requests.map((request) => requestAt(request, now)).filter(isLive);
	return only === undefined || second !== undefined ? "/account/reset" : resetPath(only.reference);
}
