import { Hono } from "hono";
import type { Env } from "../http/index.ts";
import { unrecognized } from "../matrix-api/index.ts";
import { guarded } from "./answer.ts";

/**
 * Whatever else of the client API arrives here: proxies send us every spelling that may mean a guarded path, and only
 * the exact one is answered. Nothing is handed on. Mount it after everything that answers below `/_matrix/`.
 * @param hasGuard whether uploads pass the guard: only then the answers say so
 */
export function createUnrecognizedRoutes(hasGuard: boolean): Hono<Env> {
	return new Hono<Env>().all("*", async (c, next) => {
		if (!c.req.path.includes("/_matrix/")) return next();
		const answer = unrecognized(c.req.method);
		for (const [name, value] of hasGuard ? Object.entries(guarded) : []) answer.headers.set(name, value);
		return answer;
	});
}
