/**
 * Admin: the REST API by which programs administer accounts, at the paths and in the shapes that MAS has, and beside
 * them what MAS does not do.
 *
 * Owns the operations as data, their frame (who may, reading of parameters and bodies, refusals), pages of lists, and the
 * OpenAPI document made of them. Leaves to others: what is done and its line in the log (operating), the tokens by which
 * somebody may (sessions, authorization), lists (storage).
 *
 * Flow: token -> parameters -> body -> token again -> operation -> a deed, while who asked for it may.
 */
import type { SessionId } from "@countersign/core";
import { Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import { answerOtherMethods, type Env, json, withCors } from "../http/index.ts";
import { type FrameDeps, noEndpoint, serveOperations } from "./frame.ts";
import { openApiDocument } from "./openapi.ts";
import type { Operation } from "./operation.ts";
import type { AdminReads } from "./ports.ts";
import { compatSessions } from "./resources/compat-sessions.ts";
import { keptOfResets } from "./resources/kept.ts";
import { type MoveFacts, moves } from "./resources/move.ts";
import { oauth2Clients } from "./resources/oauth2-clients.ts";
import { oauth2Sessions } from "./resources/oauth2-sessions.ts";
import { oneTimeLinks } from "./resources/one-time-links.ts";
import { personalSessions } from "./resources/personal-sessions.ts";
import { policyData } from "./resources/policy-data.ts";
import { registrationTokens } from "./resources/registration-tokens.ts";
import { security } from "./resources/security.ts";
import { type SiteFacts, site } from "./resources/site.ts";
import { upstreamLinks } from "./resources/upstream-links.ts";
import { type UpstreamProvider, upstreamProviders } from "./resources/upstream-providers.ts";
import { userDeeds } from "./resources/user-deeds.ts";
import { userEmails } from "./resources/user-emails.ts";
import { userSessions } from "./resources/user-sessions.ts";
import { userReads } from "./resources/users.ts";

export { AuthorityGone, NobodyLeft } from "./authority.ts";
export { failure as adminFailure } from "./frame.ts";
export type * from "./ports.ts";

export interface AdminDeps extends Omit<FrameDeps, "signedInAt"> {
	readonly read: AdminReads;
	readonly clock: Clock;
	/** With a trailing slash. */
	readonly publicBase: string;
	readonly site: SiteFacts;
	/** Services elsewhere with which people sign in. */
	readonly providers: readonly UpstreamProvider[];
	/** Undefined: nobody moved in. */
	readonly move: () => Promise<MoveFacts | undefined>;
	/** As what links to the directory are known that checks passwords. Default: there is none. */
	readonly directory?: string | undefined;
}

/** Whether a path is the API's, so that whoever asks there is answered in its words. */
export function isAdminPath(path: string): boolean {
	return /^\/api(?:\/|$)/.test(path);
}

function allOperations({
	read,
	clock,
	site: facts,
	providers,
	directory,
	move,
}: AdminDeps): readonly Operation[] {
	const people = { read, serverName: facts.serverName };
	return [
		...site(facts),
		...compatSessions(read),
		...oauth2Clients(read),
		...oauth2Sessions(read),
		...personalSessions(read, clock),
		...policyData(),
		...userReads(people),
		...userDeeds(people),
		...userEmails(read),
		...userSessions(read, clock),
		...registrationTokens(read, clock),
		...upstreamLinks(read, [...providers, ...(directory === undefined ? [] : [{ id: directory }])]),
		...upstreamProviders(providers, clock()),
		...security(read, clock),
		...keptOfResets(read, clock),
		...oneTimeLinks(read),
		...moves(move),
	];
}

export function createAdmin(deps: AdminDeps): Hono<Env> {
	const operations = allOperations(deps);
	const app = new Hono<Env>();
	let document: object | undefined;
	app.get("/api/spec.json", () => {
		document ??= openApiDocument(operations, { publicBase: deps.publicBase });
		return withCors(json(200, document));
	});
	answerOtherMethods(app, "/api/spec.json", ["GET"]);
	const { appSessions } = deps.read.administered;
	const signedInAt = async (id: SessionId) => {
		const page = { after: undefined, before: undefined, take: 1, isFromEnd: false } as const;
		// Whatever is no token that was handed over began with somebody who was there.
		const [handed] = await appSessions.list({ kind: "token", id }, page);
		if (handed !== undefined) return undefined;
		const [app] = await appSessions.list({ kind: "oauth", id }, page);
		return app?.createdAt ?? 0;
	};
	return app
		.route("/", serveOperations(operations, { ...deps, signedInAt }))
		.all("/api", (c) => noEndpoint(c.req.method))
		.all("/api/*", (c) => noEndpoint(c.req.method));
}
