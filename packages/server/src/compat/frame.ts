import { errcodes } from "@countersign/protocol";
import { type Context, Hono } from "hono";
import { type Env, json, matrixError, matrixFailure, preflight, withCors } from "../http/index.ts";
import type { Log } from "../log/index.ts";

/** One thing that is done for apps, at these paths behind every version's prefix. */
export interface CompatEndpoint {
	readonly method: "GET" | "POST";
	/** Without a slash in front. */
	readonly paths: readonly string[];
	/** Opened by a person's browser: where it fails, a page says so and not an error of the API. Default false. */
	readonly isPage?: boolean;
	answer(c: Context<Env>): Promise<Response> | Response;
}

/** Those that reverse proxies are told to send here, and that deployed apps still use. */
const prefixes = ["api/v1", "r0", "v3", "unstable"].map((version) => `/_matrix/client/${version}/`);
const owned = ["login", "logout", "refresh"] as const;

/**
 * Serves the endpoints: CORS on every answer, errors included; `OPTIONS` without any logic; the wrong method 405, and
 * everything else below these names 404, so that nothing here is answered by a page.
 * @see https://spec.matrix.org/v1.17/client-server-api/#web-browser-clients
 */
export function createFrame(endpoints: readonly CompatEndpoint[], log: Pick<Log, "error">): Hono<Env> {
	const app = new Hono<Env>();
	const known = new Set(endpoints.flatMap(({ paths }) => paths));
	for (const prefix of prefixes) {
		for (const path of known) {
			const atPath = endpoints.filter(({ paths }) => paths.includes(path));
			app.all(prefix + path, (c) => dispatch(c, atPath, log));
		}
		for (const name of owned) app.all(`${prefix}${name}/*`, (c) => unknown(c));
	}
	return app;
}

async function dispatch(
	c: Context<Env>,
	atPath: readonly CompatEndpoint[],
	log: Pick<Log, "error">,
): Promise<Response> {
	if (c.req.method === "OPTIONS") return preflight(atPath.map(({ method }) => method));
	const asked = c.req.method === "HEAD" ? "GET" : c.req.method;
	const endpoint = atPath.find(({ method }) => method === asked);
	if (endpoint === undefined)
		return withCors(matrixError(405, errcodes.unrecognized, "This endpoint does not know this method"));
	try {
		return withCors(await endpoint.answer(c));
	} catch (err) {
		if (endpoint.isPage) throw err;
		// A fault of ours is a Matrix error too; what it was stays in the log.
		log.error({ err, method: asked, route: c.req.routePath }, "a login endpoint failed");
		const { status, body, headers } = matrixFailure(err);
		return withCors(json(status, body, headers));
	}
}

function unknown(c: Context<Env>): Response {
	if (c.req.method === "OPTIONS") return preflight(["GET", "POST"]);
	return withCors(matrixError(404, errcodes.unrecognized, "This server has no such endpoint"));
}
