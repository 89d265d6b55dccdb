import type { Transactions } from "@countersign/core";
import type { Context, Hono } from "hono";
import { type Env, json, userAgent } from "../http/index.ts";
import type { Log } from "../log/index.ts";
import { type AuthenticateToken, authenticate } from "./authenticate.ts";
import type { Call, Endpoint, SessionUnit } from "./endpoint.ts";
import { createFrame } from "./frame.ts";
import { readJsonObject } from "./json-object.ts";
import { tokenRefusals } from "./token-refusals.ts";

export interface ServingDeps<Unit extends SessionUnit> {
	readonly authenticate: AuthenticateToken;
	readonly storage: Pick<Transactions<Unit>, "write">;
	readonly log: Pick<Log, "error">;
	/** Paths below which whatever is no endpoint is 404. */
	readonly owned: readonly string[];
}

const defaultLimitBytes = 64 * 1024;

/**
 * Serves endpoints for apps that are signed in.
 *
 * Who sends a body decides when it ends, and may be signed out, locked or closed before. So a token counts twice:
 * before anything is read, and once the body is here; and every unit of work asks for its session again within its
 * own transaction. An ended session can hold a request open, and does nothing with it.
 */
export function serveEndpoints<Unit extends SessionUnit>(
	endpoints: readonly Endpoint<Unit>[],
	deps: ServingDeps<Unit>,
): Hono<Env> {
	const routes = endpoints.map((endpoint) => ({
		method: endpoint.method,
		paths: endpoint.paths,
		answer: (c: Context<Env>) => answer(c, endpoint, deps),
	}));
	return createFrame(routes, deps);
}

async function answer<Unit extends SessionUnit>(
	c: Context<Env>,
	endpoint: Endpoint<Unit>,
	deps: ServingDeps<Unit>,
): Promise<Response> {
	const visit = { address: c.env.address, param: (name: string) => c.req.param(name) ?? "" };
	if (endpoint.takes === "no-token") return endpoint.answer({ ...visit, request: c.req.raw });
	const check = () => authenticate(c.req.raw, { authenticate: deps.authenticate, address: c.env.address });
	const before = await check();
	if (!before.ok) return before.answer;
	if (endpoint.takes === "nothing")
		return endpoint.answer(callOf(c, deps, { check, caller: before.caller, body: undefined }));
	const read = await readJsonObject(c.req.raw, {
		strict: endpoint.takes === "strict-json",
		limitBytes: endpoint.limitBytes ?? defaultLimitBytes,
	});
	if (!read.ok) return read.answer;
	const now = await check();
	return now.ok
		? endpoint.answer(callOf(c, deps, { check, caller: now.caller, body: read.body }))
		: now.answer;
}

interface Known<Body> extends Pick<Call<Body, SessionUnit>, "caller" | "body"> {
	readonly check: () => ReturnType<typeof authenticate>;
}

function callOf<Body, Unit extends SessionUnit>(
	c: Context<Env>,
	{ storage }: ServingDeps<Unit>,
	{ check, caller, body }: Known<Body>,
): Call<Body, Unit> {
	const checkAgain = async () => {
		const known = await check();
		return known.ok ? undefined : known.answer;
	};
	return {
		...{ caller, body, checkAgain },
		query: new URL(c.req.url).searchParams,
		param: (name) => c.req.param(name) ?? "",
		write: async (work) => {
			const done = await storage.write(async (unit) =>
				(await unit.sessions.isSignedIn(caller)) ? { value: await work(unit) } : undefined,
			);
			return done === undefined ? ((await checkAgain()) ?? signedInAgain()) : done.value;
		},
		until: () => AbortSignal.any([c.req.raw.signal, c.env.stopping]),
		address: c.env.address,
		userAgent: userAgent(c.req.raw),
	};
}

/** Locked for the moment of the write and not any more: the app renews its token and goes on. */
function signedInAgain(): Response {
	return json(401, tokenRefusals.expired);
}
