import assert from "node:assert/strict";
import { type DocumentedAnswers, documentedAnswers } from "./documented-answers.ts";
import { beginFlow, codeOf } from "./oauth-flow.ts";
import { typeBeside } from "./password-link.ts";
import { type Answer, type RunningServer, type ServerOptions, startServer } from "./server.ts";

const apiBase = "/api/admin/v1";
export const ownBase = "/api/countersign/v1";

/** A server with an administrator, who holds a token for the admin API. */
export interface AdminWorld extends AsyncDisposable {
	readonly server: RunningServer;
	/** Of `alice`, an administrator, by OAuth as Ketesa gets it. */
	readonly token: string;
	/**
	 * One request; the path begins with a slash, else below `/api/admin/v1/`. A text is sent as it is. Fails where the
	 * answer is not as the API's document says.
	 */
	ask(
		method: string,
		path: string,
		more?: { readonly body?: unknown; readonly token?: string },
	): Promise<Answer>;
	/** The same of an answer to a request that a test sends itself. */
	readonly holdToDocument: DocumentedAnswers;
	/** Types a command, which has to work. */
	type(...words: readonly string[]): Promise<string>;
	/** The id that the API has for somebody. */
	idOf(localpart: string): Promise<string>;
	/** The kinds of the last lines of somebody's log, newest first, with who did it. */
	log(
		localpart: string,
		count: number,
	): Promise<readonly (readonly [kind: string, actor: string, name: string])[]>;
}

export async function openAdminWorld(options: ServerOptions = {}): Promise<AdminWorld> {
	const server = await startServer(options);
	await server.register("alice");
	const type = async (...words: readonly string[]) => {
		const { code, out, err } = await typeBeside(server, words, settingsOf(options));
		assert.equal(code, 0, err);
		return out;
	};
	await type("users", "promote", "alice");
	const { accessToken: token } = await managingToken(server, "alice");
	const holdToDocument = await documentedAnswers(server.url);
	const ask: AdminWorld["ask"] = async (method, path, { body, token: other = token } = {}) => {
		const url = new URL(path.startsWith("/") ? path : `${apiBase}/${path}`, server.url);
		const response = await fetch(url, {
			method,
			headers: { authorization: `Bearer ${other}` },
			...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
		});
		const text = await response.text();
		const { status, headers } = response;
		const answer: Answer = { status, headers, body: text === "" ? undefined : JSON.parse(text) };
		holdToDocument({ method, path: url.pathname, ...answer });
		return answer;
	};
	return {
		...{ server, token, ask, type, holdToDocument },
		async idOf(localpart) {
			const { status, body } = await ask("GET", `users/by-username/${localpart}`);
			assert.equal(status, 200);
			return body.data.id;
		},
		async log(localpart, count) {
			const accounts = await server.rows("accounts");
			const id = accounts.find((row) => row.localpart === localpart)?.id;
			const lines = (await server.rows("security_events")).filter(({ account_id }) => account_id === id);
			const newest = lines.sort((a, b) => Number(b.at) - Number(a.at));
			return newest
				.slice(0, count)
				.map((line) => [...([String(line.kind), String(line.actor), String(line.actor_detail)] as const)]);
		},
		[Symbol.asyncDispose]: () => server.close(),
	};
}

/** For commands: the data are of one kind of homeserver. */
function settingsOf({ homeserver }: ServerOptions): Readonly<Record<string, string>> {
	if (homeserver === undefined) return {};
	return {
		COUNTERSIGN_SERVER_NAME: "localhost",
		COUNTERSIGN_HOMESERVER_SYNAPSE: homeserver.synapse,
		COUNTERSIGN_HOMESERVER_SECRET: homeserver.secret,
		COUNTERSIGN_HOMESERVER_PUBLIC_BASE: homeserver.publicBase,
	};
}

interface ManagingToken {
	readonly accessToken: string;
	readonly refreshToken: string;
	readonly clientId: string;
	readonly deviceId: string;
	/** As it was granted. */
	readonly scope: string;
}

/** Signs an app in that asks for the scope of the admin API. What of it was granted is told beside the token. */
export async function managingToken(
	server: RunningServer,
	localpart: string,
	scope = "urn:mas:admin",
): Promise<ManagingToken> {
	const deviceId = `ADMIN${crypto.randomUUID().slice(0, 8).toUpperCase()}`;
	const flow = await beginFlow(server, {
		scope: `openid urn:matrix:client:api:* urn:matrix:client:device:${deviceId} ${scope}`,
	});
	const code = await codeOf(server.browser(), flow, localpart);
	const response = await fetch(new URL("oauth2/token", server.url), {
		method: "POST",
		body: new URLSearchParams({
			...{ grant_type: "authorization_code", client_id: flow.clientId, code },
			...{ redirect_uri: flow.redirectUri, code_verifier: flow.verifier },
		}),
	});
	const tokens = (await response.json()) as Readonly<
		Record<"access_token" | "refresh_token" | "scope", string>
	>;
	assert.equal(response.status, 200, JSON.stringify(tokens));
	const { access_token: accessToken, refresh_token: refreshToken } = tokens;
	return { accessToken, refreshToken, clientId: flow.clientId, deviceId, scope: tokens.scope };
}

/** A program's token, bought with its secret. */
export async function programToken(
	server: Pick<RunningServer, "url">,
	{ client_id, client_secret }: { readonly client_id: string; readonly client_secret: string },
	form: Readonly<Record<string, string>> = { scope: "urn:mas:admin" },
): Promise<Answer> {
	const response = await fetch(new URL("oauth2/token", server.url), {
		method: "POST",
		headers: { authorization: `Basic ${btoa(`${client_id}:${encodeURIComponent(client_secret)}`)}` },
		body: new URLSearchParams({ grant_type: "client_credentials", ...form }),
	});
	return { status: response.status, body: await response.json(), headers: response.headers };
}
