import { Hono } from "hono";
import type { Env } from "../http/index.ts";
import { unrecognized } from "../matrix-api/index.ts";
import { guarded } from "./answer.ts";

/**
 * What stands under a name of the Matrix API and nobody answers, whole or bare: proxies send us every spelling that may
 * mean a guarded path, and only the exact one is answered. Nothing is handed on, and no app is shown a page. Mount it
 * after everything that answers there.
 * @param hasGuard whether uploads pass the guard: only then the answers say so
 */
export function createUnrecognizedRoutes(hasGuard: boolean): Hono<Env> {
	return new Hono<Env>().all("*", async (c, next) => {
		if (!ofMatrix.test(c.req.path)) return next();
		const answer = unrecognized(c.req.method);
		for (const [name, value] of hasGuard ? Object.entries(guarded) : []) answer.headers.set(name, value);
		return answer;
	});
}

const ofMatrix = /\/(?:_matrix|_synapse|\.well-known\/matrix)(?:\/|$)/;
