import type { SessionId } from "@countersign/core";
import { type Context, Hono } from "hono";
import { type Env, isStorageAway, json, preflight, retryAfter, withCors } from "../http/index.ts";
import type { Log } from "../log/index.ts";
import { type AuthorityDeps, AuthorityGone, authorize, NobodyLeft } from "./authority.ts";
import type { Answer, Call, Operation } from "./operation.ts";
import type { DeedsOf } from "./ports.ts";
import { readBody, readQuery } from "./read.ts";
import { isSignInTooOld } from "./recent.ts";
import { refuse } from "./refusals.ts";

export interface FrameDeps extends AuthorityDeps {
	readonly deedsOf: DeedsOf;
	/** When an app signed in. Undefined: nobody signed in for this session, it is a token that was handed over. */
	readonly signedInAt: (sessionId: SessionId) => Promise<number | undefined>;
	readonly log: Pick<Log, "error">;
}

/**
 * Serves the operations. Who asks is known before anything is read, again once the body is here, and within the
 * transaction of each deed. Every answer may be read by scripts of any origin, since no origin's browser adds what lets
 * them in; below `/api` whatever is no operation is 404.
 */
export function serveOperations(operations: readonly Operation[], deps: FrameDeps): Hono<Env> {
	const app = new Hono<Env>();
	for (const [path, atPath] of Map.groupBy(operations, (each) => each.path))
		app.all(path.replaceAll(/\{(\w+)\}/g, ":$1"), (c) => dispatch(c, atPath, deps));
	return app;
}

/** For every path below `/api` that no operation has. */
export function noEndpoint(method: string): Response {
	return method === "OPTIONS" ? preflight(["GET", "POST", "PUT", "DELETE"]) : sent(refuse("no-endpoint"));
}

async function dispatch(c: Context<Env>, atPath: readonly Operation[], deps: FrameDeps): Promise<Response> {
	const methods = atPath.map(({ method }) => method);
	if (c.req.method === "OPTIONS") return preflight(methods);
	const asked = c.req.method === "HEAD" ? "GET" : c.req.method;
	const operation = atPath.find(({ method }) => method === asked);
	if (operation === undefined) {
		const answer = sent(refuse("wrong-method"));
		answer.headers.set("allow", [...methods, "OPTIONS"].join(", "));
		return answer;
	}
	try {
		return sent(await answer(c, operation, deps));
	} catch (err) {
		if (err instanceof AuthorityGone) return sent(refuse("token-refused"));
		if (err instanceof NobodyLeft) return sent(refuse("last-administrator"));
		deps.log.error({ err, method: asked, route: operation.path }, "an operation of the admin API failed");
		return failure(err);
	}
}

async function answer(c: Context<Env>, operation: Operation, deps: FrameDeps): Promise<Answer> {
	const who = () => authorize(deps, c.req.raw, c.env.address);
	const before = await who();
	if (!before.ok) return refuse(before.refusal);
	// Once: whoever keeps a body back for two hours was told in time.
	if (operation.isSevere === true && (await isSignInTooOld(deps, before.authority)))
		return refuse("sign-in-too-old");
	const { pathname, searchParams: search } = new URL(c.req.url);
	const query = readQuery(operation.query, search);
	if (!query.ok) return query.answer;
	const body = await readBody(operation, c.req.raw);
	if (!body.ok) return body.answer;
	const now = operation.body === undefined ? before : await who();
	if (!now.ok) return refuse(now.refusal);
	const { by, isHeld, sessionId } = now.authority;
	const call: Call<unknown, unknown> = {
		...{ by, sessionId, search, path: pathname, query: query.value, body: body.value },
		deeds: deps.deedsOf(isHeld),
		param: (name) => paramOf(c, name),
	};
	return operation.answer(call);
}

/** No database takes a null byte for text: nothing is called so. */
function paramOf(c: Context<Env>, name: string): string {
	const text = c.req.param(name) ?? "";
	return text.includes("\0") || !text.isWellFormed() ? "" : text;
}

function sent({ status, body, challenge }: Answer): Response {
	const response =
		body === undefined
			? new Response(null, { status, headers: { "cache-control": "no-store" } })
			: json(status, body);
	if (status === 401) response.headers.set("www-authenticate", challenge ?? "Bearer");
	if (status === 403)
		response.headers.set("www-authenticate", 'Bearer error="insufficient_scope", scope="urn:mas:admin"');
	return withCors(response);
}

/** A fault of ours, without a word about why; storage that does not answer is 503, to be asked again. */
export function failure(error: unknown): Response {
	if (!isStorageAway(error)) return sent(refuse("failed"));
	const away = sent(refuse("storage-away"));
	for (const [name, value] of Object.entries(retryAfter)) away.headers.set(name, value);
	return away;
}
