import type { Context, Hono } from "hono";
import { type Env, oauthError, withCors, wrongMethod } from "../http/index.ts";
import { say } from "../words/index.ts";
import { isForPrograms } from "./for-programs.ts";
import type { Problem } from "./pages.ts";

const methods = ["GET", "POST", "PUT", "DELETE"] as const;

/**
 * Answers what no route took: 405 naming the allowed methods where the path exists, else 404, with a page or, where
 * programs ask, an OAuth error. Folders that serve apps answer for their own paths before it comes to this. Install
 * once, on the outermost app.
 */
export function answerUnrouted(
	app: Hono<Env>,
	show: (c: Context<Env>, problem: Problem) => Response | Promise<Response>,
): void {
	app.notFound((c) => {
		const allowed = methods.filter((method) => method !== c.req.method && isRouted(app, method, c.req.path));
		if (isForPrograms(c.req.path))
			return withCors(allowed.length === 0 ? noSuchEndpoint() : wrongMethod(allowed));
		if (allowed.length === 0) return show(c, notFound);
		return show(c, { ...wrongMethodPage, headers: { allow: allowed.join(", ") } });
	});
}

function isRouted(app: Hono<Env>, method: string, path: string): boolean {
	return app.router.match(method, path)[0].some(([[, route]]) => route.method === method);
}

function noSuchEndpoint(): Response {
	return oauthError(404, "invalid_request", "This server has no such endpoint");
}

const notFound = {
	status: 404,
	title: say("problems.no-such-page"),
	text: say("problems.no-such-page-text"),
	action: { label: say("problems.your-account"), href: "/account/" },
} as const;

const wrongMethodPage = {
	status: 405,
	title: say("problems.wrong-method"),
	text: say("problems.wrong-method-text"),
	action: { label: say("problems.your-account"), href: "/account/" },
} as const;
