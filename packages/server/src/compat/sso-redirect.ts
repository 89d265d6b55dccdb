import type { Context } from "hono";
import type { Env } from "../http/index.ts";
import { type Attempts, createAddressAttempts, type NewRateLimiter } from "../limits/index.ts";
import type { Pages } from "../pages/index.ts";
import { say } from "../words/index.ts";
import type { CompatEndpoint } from "./endpoint.ts";
import { ssoRequestLimit } from "./lifetimes.ts";
import { parseRedirectUrl } from "./redirect-url.ts";
import type { Sso } from "./sso.ts";

export interface SsoRedirectDeps {
	readonly sso: Pick<Sso, "begin">;
	readonly pages: Pages;
	/** Of this server's pages, with a trailing slash. */
	readonly publicBase: string;
	readonly newRateLimiter: NewRateLimiter;
}

/**
 * GET /login/sso/redirect: an app sends the browser here to sign the person in. It is a link anybody can make and send
 * to anybody, so it leads to a page that asks, and does nothing else.
 * @see https://spec.matrix.org/v1.17/client-server-api/#get_matrixclientv3loginssoredirect
 */
export function ssoRedirectEndpoint(deps: SsoRedirectDeps): CompatEndpoint {
	const attempts = createAddressAttempts(ssoRequestLimit, deps.newRateLimiter);
	return {
		method: "GET",
		// There is one way to sign in here: which one an app chose from our flows makes no difference.
		paths: ["login/sso/redirect", "login/sso/redirect/", "login/sso/redirect/:idp"],
		isPage: true,
		answer: (c) => answer(deps, attempts, c),
	};
}

async function answer(
	{ sso, pages, publicBase }: SsoRedirectDeps,
	attempts: Attempts<string>,
	c: Context<Env>,
): Promise<Response> {
	const query = new URL(c.req.url).searchParams;
	const target = parseRedirectUrl(query.getAll("redirectUrl"));
	if (!target.ok) return pages.problem(refusals[target.reason]);
	const allowance = await attempts.take(c.env.address);
	if (!allowance.ok) {
		const headers = { "retry-after": String(Math.ceil(allowance.retryAfterMs / 1000)) };
		return pages.problem({ ...tooMany, headers });
	}
	const id = await sso.begin({ redirectUrl: target.href, action: actionOf(query) });
	const location = `${publicBase}account/sso/${id}`;
	return new Response(null, { status: 302, headers: { location, "cache-control": "no-store" } });
}

/** The stable name wins; what is not known is no action. */
function actionOf(query: URLSearchParams): "login" | "register" {
	const action = query.get("action") ?? query.get("org.matrix.msc3824.action");
	return action === "register" ? "register" : "login";
}

const broken = {
	status: 400,
	title: say("problems.broken-sign-in"),
} as const;

const refusals = {
	missing: {
		...broken,
		text: say("sso.redirect-missing"),
	},
	"not-a-url": {
		...broken,
		text: say("sso.redirect-not-a-url"),
	},
	dangerous: {
		...broken,
		text: say("sso.redirect-dangerous"),
	},
} as const;

const tooMany = {
	status: 429,
	title: say("problems.too-many-sign-ins"),
	text: say("problems.too-many-sign-ins-text"),
} as const;
