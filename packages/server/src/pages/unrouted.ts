import type { Context, Hono } from "hono";
import type { Env } from "../http/index.ts";
import type { Problem } from "./pages.ts";

const methods = ["GET", "POST", "PUT", "DELETE"] as const;

/**
 * Answers what no route took, for people: 405 naming the allowed methods where the path exists, else 404. Folders
 * that serve apps answer for their own paths before it comes to this. Install once, on the outermost app.
 */
export function answerUnrouted(
	app: Hono<Env>,
	show: (c: Context<Env>, problem: Problem) => Response | Promise<Response>,
): void {
	app.notFound((c) => {
		const allowed = methods.filter((method) => method !== c.req.method && isRouted(app, method, c.req.path));
		if (allowed.length === 0) return show(c, notFound);
		return show(c, { ...wrongMethod, headers: { allow: allowed.join(", ") } });
	});
}

function isRouted(app: Hono<Env>, method: string, path: string): boolean {
	return app.router.match(method, path)[0].some(([[, route]]) => route.method === method);
}

const notFound = {
	status: 404,
	title: "There is no such page",
	text: "The address may be mistyped, or what it led to is over.",
	action: { label: "Your account", href: "/account/" },
} as const;

const wrongMethod = {
	status: 405,
	title: "That cannot be done here",
	text: "This address exists, but not for this kind of request. Go back and try again.",
	action: { label: "Your account", href: "/account/" },
} as const;
