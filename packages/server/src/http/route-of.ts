import type { Hono } from "hono";
import type { Env } from "./bindings.ts";

/** The path of the route that answers, its parts as `:name`; `-` where none does. Ids in paths end there. */
export function routeOf(app: Hono<Env>, method: string, path: string): string {
	const asked = method === "HEAD" ? "GET" : method;
	const found = app.router.match(asked, path)[0].map(([[, route]]) => route);
	return found.find((route) => [asked, "ALL"].includes(route.method))?.path ?? "-";
}
