import { errcodes } from "@countersign/protocol";
import { type Context, Hono } from "hono";
import {
	type Env,
	json,
	matrixError,
	matrixFailure,
	preflight,
	userAgent,
	withCors,
} from "../../http/index.ts";
import type { Log } from "../../log/index.ts";
import { type Authenticated, type AuthenticateToken, authenticate } from "./authenticate.ts";
import type { Call, Endpoint } from "./endpoint.ts";
import { readJsonObject } from "./json-body.ts";

export interface FrameDeps {
	readonly authenticate: AuthenticateToken;
	readonly log: Pick<Log, "error">;
}

/**
 * Serves the endpoints: CORS on every answer, errors included; `OPTIONS` without any logic; the wrong method 405 and,
 * as the last resort below `/_matrix/`, an unknown path 404. Mount it after everything else that lives there.
 * @see https://spec.matrix.org/v1.17/client-server-api/#web-browser-clients
 */
export function createFrame(endpoints: readonly Endpoint[], deps: FrameDeps): Hono<Env> {
	const app = new Hono<Env>();
	for (const [path, atPath] of byPath(endpoints)) {
		app.all(path, async (c) => {
			if (c.req.method === "OPTIONS") return preflight(atPath.map((endpoint) => endpoint.method));
			const endpoint = atPath.find(({ method }) => method === asAsked(c.req.method));
			return withCors(
				endpoint === undefined
					? matrixError(405, errcodes.unrecognized, "This endpoint does not know this method")
					: await answerSafely(c, endpoint, deps),
			);
		});
	}
	app.all("/_matrix/*", (c) =>
		c.req.method === "OPTIONS"
			? preflight(["GET", "POST", "PUT", "DELETE"])
			: withCors(matrixError(404, errcodes.unrecognized, "This homeserver has no such endpoint")),
	);
	return app;
}

function byPath(endpoints: readonly Endpoint[]): Map<string, Endpoint[]> {
	const paths = new Map<string, Endpoint[]>();
	for (const endpoint of endpoints) {
		for (const path of endpoint.paths) paths.set(path, [...(paths.get(path) ?? []), endpoint]);
	}
	return paths;
}

function asAsked(method: string): string {
	return method === "HEAD" ? "GET" : method;
}

/** A fault of ours is a Matrix error too; what it was stays in the log. */
async function answerSafely(c: Context<Env>, endpoint: Endpoint, deps: FrameDeps): Promise<Response> {
	try {
		return await answer(c, endpoint, deps);
	} catch (err) {
		deps.log.error({ err, method: c.req.method, route: c.req.routePath }, "a homeserver endpoint failed");
		const { status, body, headers } = matrixFailure(err);
		return json(status, body, headers);
	}
}

async function answer(c: Context<Env>, endpoint: Endpoint, deps: FrameDeps): Promise<Response> {
	if (endpoint.takes === "no-token") return endpoint.answer();
	const query = new URL(c.req.url).searchParams;
	const check = () =>
		authenticate(c.req.raw.headers, query, { authenticate: deps.authenticate, address: c.env.address });
	const known = await check();
	if (!known.ok) return known.answer;
	const call = { ...callOf(c, query), checkAgain: async () => refusalOf(await check()) };
	if (endpoint.takes === "nothing")
		return endpoint.answer({ ...call, caller: known.caller, body: undefined });
	const read = await readJsonObject(c.req.raw, {
		strict: endpoint.takes === "strict-json",
		...(endpoint.limitBytes !== undefined && { limitBytes: endpoint.limitBytes }),
	});
	return read.ok ? endpoint.answer({ ...call, caller: known.caller, body: read.body }) : read.answer;
}

function refusalOf(known: Authenticated): Response | undefined {
	return known.ok ? undefined : known.answer;
}

function callOf(
	c: Context<Env>,
	query: URLSearchParams,
): Omit<Call<undefined>, "caller" | "body" | "checkAgain"> {
	return {
		query,
		param: (name) => c.req.param(name) ?? "",
		until: () => AbortSignal.any([c.req.raw.signal, c.env.stopping]),
		address: c.env.address,
		userAgent: userAgent(c.req.raw),
	};
}
