import type { Hono } from "hono";
import type { RouterRoute } from "hono/types";
import type { Env } from "./bindings.ts";

/** The path of the route that answers, its parts as `:name`; `-` where none does. Ids in paths end there. */
export function routeOf(app: Hono<Env>, method: string, path: string): string {
	const asked = method === "HEAD" ? "GET" : method;
	const found = app.router.match(asked, path)[0].map(([[, route]]) => route);
	const answers = ({ method: its, path: at }: RouterRoute) =>
		[asked, "ALL"].includes(its) && at !== everything;
	return found.find(answers)?.path ?? "-";
}

/** What looks at every request that nobody has answered, and has no route of its own. */
const everything = "/*";
