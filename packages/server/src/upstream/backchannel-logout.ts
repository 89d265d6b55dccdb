import { createHash } from "node:crypto";
import type { AccountId, SessionId, Transactions } from "@countersign/core";
import { Hono } from "hono";
import type { SecurityEvents } from "../audit/index.ts";
import type { Clock, Random, UpstreamConfig } from "../config/index.ts";
import { answerOtherMethods, type Env, json, oauthError, readForm } from "../http/index.ts";
import type { Log } from "../log/index.ts";
import { upstreamLifetimes } from "./lifetimes.ts";
import type { SignedOutThere } from "./logout-token.ts";
import type { UpstreamEnds } from "./ports.ts";
import type { Provider } from "./provider.ts";

export interface LogoutUnit {
	readonly upstreamEnds: UpstreamEnds;
	readonly events: Pick<SecurityEvents, "record">;
}

export interface LogoutDeps<Unit extends LogoutUnit> {
	readonly storage: Transactions<Unit>;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	/** Ends one app's session, with its device, inside that transaction. */
	readonly endSession: (
		unit: Unit,
		ending: { readonly sessionId: SessionId; readonly accountId: AccountId; readonly now: number },
	) => Promise<unknown>;
	/** Waits until the homeserver knows, as far as it can be waited for. Default: it knows at once. */
	readonly afterEnd?: ((accountId: AccountId) => Promise<void>) | undefined;
}

interface At {
	readonly config: Pick<UpstreamConfig, "id" | "onLogout">;
	readonly provider: Pick<Provider, "signedOut">;
}

const path = "/upstream/backchannel-logout/:provider";

/**
 * POST /upstream/backchannel-logout/{provider}: a service says that somebody signed out there. Without a limit: whoever
 * signs out a whole company at once must be heard, and what is not signed by it costs a look at keys that are here,
 * which are asked for twice a minute at most.
 * @see https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRequest
 */
export function createBackchannelLogout<Unit extends LogoutUnit>(
	deps: LogoutDeps<Unit>,
	find: (provider: string) => At | undefined,
): Hono<Env> {
	const routes = new Hono<Env>().post(path, async (c) => {
		const at = find(c.req.param("provider"));
		if (at === undefined) return refused("There is no such service", 404);
		const read = await readForm(c.req.raw);
		const token = read.ok ? read.form.value("logout_token") : undefined;
		if (token === undefined) return refused("Exactly one logout_token is needed");
		const provider = at.config.id;
		const said = await at.provider.signedOut(token);
		if (!said.ok) {
			deps.log.warn({ provider, ...said }, "what came as a provider's word on a sign-out is none");
			return refused(said.reason === "invalid" ? "The logout token is not valid" : "No keys to check it by");
		}
		const done = await signOut(deps, at, said);
		if (done === undefined) return refused("The logout token was used before");
		deps.log.info({ provider, does: at.config.onLogout, ...done }, "somebody signed out at a provider");
		return json(200, {}, { "cache-control": "no-store" });
	});
	answerOtherMethods(routes, path, ["POST"]);
	return routes;
}

/** All of it or nothing, and once: undefined where this word came before. */
async function signOut<Unit extends LogoutUnit>(
	{ storage, clock, random, endSession, afterEnd }: LogoutDeps<Unit>,
	{ config: { id: provider, onLogout } }: At,
	{ issuer, subject, sid, at, id }: Extract<SignedOutThere, { ok: true }>,
) {
	const now = clock();
	const end = { provider, issuer, subject, sid, until: at + 999 };
	const wordHash = createHash("sha256").update(`${issuer}\n${id}`).digest("base64url");
	// For as long as it would be believed again, and as somebody may be on the way with a code from before it.
	const expiresAt = now + upstreamLifetimes.wordMs + upstreamLifetimes.begunMs;
	const ended = await storage.write(async (unit) => {
		if (!(await unit.upstreamEnds.note({ ...end, wordHash, expiresAt }))) return undefined;
		if (onLogout === "do_nothing") return { browsers: 0, apps: [] };
		const stays = await unit.upstreamEnds.endStays(end);
		await unit.upstreamEnds.forgetArrivals(stays);
		const browsers = await unit.upstreamEnds.endBrowsers(stays);
		for (const accountId of new Set(browsers))
			await unit.events.record({
				...{ id: random.token(), accountId, at: now, kind: "browser-signed-out" },
				actor: { kind: "server", because: "upstream" },
				detail: { browsers: String(browsers.filter((one) => one === accountId).length), provider },
			});
		const apps = onLogout === "logout_all" ? await unit.upstreamEnds.apps(stays) : [];
		for (const app of apps) await endSession(unit, { ...app, now });
		return { browsers: browsers.length, apps };
	});
	if (ended === undefined) return undefined;
	for (const accountId of new Set(ended.apps.map((app) => app.accountId))) await afterEnd?.(accountId);
	return { browsers: ended.browsers, apps: ended.apps.length };
}

function refused(description: string, status: 400 | 404 = 400): Response {
	return oauthError(status, "invalid_request", description);
}
