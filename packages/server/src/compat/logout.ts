import type { Context } from "hono";
import { bearerOf, type Env } from "../http/index.ts";
import type { BrowserSessions } from "../people/index.ts";
import { type Sessions, type SignedIn, tokenKind } from "../sessions/index.ts";
import { done, endsOnlyItself, tokenRefused } from "./answers.ts";
import type { CompatEndpoint } from "./endpoint.ts";

export interface LogoutDeps {
	readonly sessions: Pick<Sessions, "findSignedIn" | "end" | "endAllOf">;
	readonly browserSessions: Pick<BrowserSessions, "endAllOf">;
}

type Signed = Extract<SignedIn, { ok: true }>;

/**
 * POST /logout and /logout/all. Any access token ends its own session, one from OAuth too: an app that asks to be
 * signed out must not be left signed in. Everybody is signed out by a token of this API alone: with OAuth that takes the
 * password, on the account page, and a stolen token must not do without. Open to locked people.
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3logout
 */
export function logoutEndpoints(deps: LogoutDeps): CompatEndpoint[] {
	return [
		{ method: "POST", paths: ["logout"], answer: (c) => answer(deps, c, endOne) },
		{ method: "POST", paths: ["logout/all"], answer: (c) => answer(deps, c, endAll) },
	];
}

interface Ending extends Signed {
	readonly token: string;
	readonly address: string;
}

type End = (deps: LogoutDeps, ending: Ending) => Promise<Response>;

const endOne: End = async ({ sessions }, { accountId, sessionId, clientId, address }) => {
	const actor = { kind: "app", clientId } as const;
	await sessions.end({ accountId, sessionId, reason: "revoked", actor, address });
	return done();
};

/** Browsers first: from one of them whoever is to be thrown out could let a new app in. */
const endAll: End = async ({ sessions, browserSessions }, { accountId, clientId, token, address }) => {
	if (tokenKind(token) !== "compat-access") return endsOnlyItself();
	await browserSessions.endAllOf(accountId);
	const actor = { kind: "app", clientId } as const;
	await sessions.endAllOf(accountId, { reason: "signed-out-everywhere", actor, address });
	return done();
};

async function answer(deps: LogoutDeps, c: Context<Env>, end: End): Promise<Response> {
	const token = bearerOf({ authorization: c.req.header("authorization"), url: c.req.url });
	if (token === undefined) return tokenRefused("missing");
	const signed = await deps.sessions.findSignedIn(token);
	if (!signed.ok) return tokenRefused(signed.reason);
	return end(deps, { ...signed, token, address: c.env.address });
}
