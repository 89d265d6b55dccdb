import { errcodes } from "@countersign/protocol";
import { type Context, Hono } from "hono";
import { type Env, json, preflight, withCors } from "../http/index.ts";
import type { Log } from "../log/index.ts";
import { matrixError, matrixFailure } from "./errors.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** One thing that is done for apps, at each of these paths. */
export interface MatrixRoute {
	readonly method: Method;
	/** Absolute, with parts as `:name`; all answer alike. */
	readonly paths: readonly string[];
	/** Opened by a person's browser: where it fails, a page says so and not an error of the API. Default false. */
	readonly isPage?: boolean;
	answer(c: Context<Env>): Promise<Response> | Response;
}

/**
 * Serves the routes: CORS on every answer, errors included; `OPTIONS` without any logic; the wrong method 405; a fault
 * of ours as a Matrix error. Below the paths of `owned` everything else is 404, so that no app is answered with a page.
 * @see https://spec.matrix.org/v1.17/client-server-api/#web-browser-clients
 */
export function createFrame(
	routes: readonly MatrixRoute[],
	{ owned, log }: { readonly owned: readonly string[]; readonly log: Pick<Log, "error"> },
): Hono<Env> {
	const app = new Hono<Env>();
	for (const [path, atPath] of byPath(routes)) app.all(path, (c) => dispatch(c, atPath, log));
	for (const path of owned) app.all(path, (c) => unrecognized(c.req.method));
	return app;
}

/** What is answered where there is no endpoint. `OPTIONS` is let pass even there: who asks could not read the 404. */
export function unrecognized(method: string): Response {
	if (method === "OPTIONS") return preflight(["GET", "POST", "PUT", "DELETE"]);
	return withCors(matrixError(404, errcodes.unrecognized, "This server has no such endpoint"));
}

function byPath(routes: readonly MatrixRoute[]): Map<string, MatrixRoute[]> {
	const paths = new Map<string, MatrixRoute[]>();
	for (const route of routes) {
		for (const path of route.paths) paths.set(path, [...(paths.get(path) ?? []), route]);
	}
	return paths;
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6 */
function wrongMethod(methods: readonly Method[]): Response {
	const answer = matrixError(405, errcodes.unrecognized, "This endpoint does not know this method");
	answer.headers.set("allow", [...methods, "OPTIONS"].join(", "));
	return answer;
}

async function dispatch(
	c: Context<Env>,
	atPath: readonly MatrixRoute[],
	log: Pick<Log, "error">,
): Promise<Response> {
	const methods = atPath.map(({ method }) => method);
	if (c.req.method === "OPTIONS") return preflight(methods);
	const asked = c.req.method === "HEAD" ? "GET" : c.req.method;
	const route = atPath.find(({ method }) => method === asked);
	if (route === undefined) return withCors(wrongMethod(methods));
	try {
		return withCors(await route.answer(c));
	} catch (err) {
		if (route.isPage) throw err;
		// A fault of ours is a Matrix error too; what it was stays in the log.
		log.error({ err, method: asked, route: c.req.routePath }, "an endpoint of the Matrix API failed");
		const { status, body, headers } = matrixFailure(err);
		return withCors(json(status, body, headers));
	}
}
