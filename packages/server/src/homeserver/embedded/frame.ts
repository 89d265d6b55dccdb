import type { Context, Hono } from "hono";
import { type Env, userAgent } from "../../http/index.ts";
import type { Log } from "../../log/index.ts";
import { createFrame, readJsonObject } from "../../matrix-api/index.ts";
import { type Authenticated, type AuthenticateToken, authenticate } from "./authenticate.ts";
import type { Call, Endpoint } from "./endpoint.ts";

export interface FrameDeps {
	readonly authenticate: AuthenticateToken;
	readonly log: Pick<Log, "error">;
}

const defaultLimitBytes = 64 * 1024;

/** Serves the endpoints, and 404 everywhere else below `/_matrix/`. Mount it after everything else that lives there. */
export function serveEndpoints(endpoints: readonly Endpoint[], deps: FrameDeps): Hono<Env> {
	const routes = endpoints.map((endpoint) => ({
		method: endpoint.method,
		paths: endpoint.paths,
		answer: (c: Context<Env>) => answer(c, endpoint, deps),
	}));
	return createFrame(routes, { owned: ["/_matrix/*"], log: deps.log });
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
		limitBytes: endpoint.limitBytes ?? defaultLimitBytes,
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
