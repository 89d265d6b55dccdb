import { generateKeyPairSync, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from "jose";
import Provider from "oidc-provider";
import type { UpstreamConfig } from "../../src/config/index.ts";
import { createFormBrowser, type FormBrowser, type Page } from "./form-browser.ts";

/** A second OpenID provider, real as it is, that can be told to misbehave. */
export interface TestProvider {
	readonly issuer: string;
	/** For the server under test. */
	config(instead?: Partial<UpstreamConfig>): UpstreamConfig;
	/** Lets that server's callbacks in. Call it once the server is there. */
	serve(publicBase: string): void;
	/** Who they are there, by their subject. */
	readonly people: Map<string, Readonly<Record<string, unknown>>>;
	/** Who signs in from now on without being asked. Undefined: whoever comes is asked. */
	person: string | undefined;
	/** What it does to what it answers. Default: nothing. */
	readonly tricks: Tricks;
	/** A logout token that it signs, of these claims beside or instead of what one has; undefined leaves one out. */
	logoutToken(claims: JWTPayload, header?: Readonly<Record<string, string>>): Promise<string>;
	/** With which the client "key" shows who it is, as PEM. */
	readonly clientKey: string;
	/** ID tokens that it gave. */
	readonly idTokens: string[];
	/** A browser there; without one everybody has a new one. */
	browser(): FormBrowser;
	/** Everything it was asked for a token with. */
	readonly tokensAsked: readonly URLSearchParams[];
	[Symbol.asyncDispose](): Promise<void>;
}

interface Tricks {
	/** Changes the claims of the ID token, which is signed again with its own key. */
	claims?: (claims: JWTPayload) => JWTPayload;
	/** Changes what it says to who asks it with a token, about whom that is. */
	userinfo?: (claims: JWTPayload) => JWTPayload;
	/** Signs with a key that is not its own. */
	foreignKey?: boolean;
	/** Answers no request for a token. */
	silent?: boolean;
	/** Redirects the request for a token. */
	redirects?: string;
}

const clientSecret = "a-secret-that-both-know-0123456789";

export async function startUpstreamProvider(id = "company"): Promise<TestProvider> {
	const [own, foreign] = await Promise.all([signingKey(), signingKey()]);
	const clientKey = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
	let provider: Provider | undefined;
	const people: TestProvider["people"] = new Map();
	const tricks: Tricks = {};
	const tokensAsked: URLSearchParams[] = [];
	const idTokens: string[] = [];
	const state: { person: string | undefined } = { person: undefined };
	const server = createServer((request, response) => {
		if (provider === undefined) return void response.writeHead(503).end();
		if (request.url?.startsWith("/interaction/"))
			return void interact(provider, state.person, request, response);
		if (request.url === "/token" && tricks.silent) return;
		if (request.url === "/token" && tricks.redirects !== undefined)
			return void response.writeHead(307, { location: tricks.redirects }).end();
		provider.callback()(request, response);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const config: TestProvider["config"] = (instead = {}) => ({
		...({
			id,
			issuer,
			name: "Company",
			clientId: "matrix",
			clientSecret,
			authMethod: "client_secret_basic",
		} as const),
		...{ scope: "openid profile email", pkce: true, fetchUserinfo: false, endpoints: {}, discovers: true },
		...({
			parameters: {},
			requiredClaims: {},
			newAccounts: "yes",
			onLogout: "do_nothing",
			adminClaims: {},
			emailDomains: [],
		} as const),
		claims: {
			subject: "{{ user.sub }}",
			localpart: { action: "suggest", template: "{{ user.preferred_username }}" },
			displayName: { action: "suggest", template: "{{ user.name }}" },
			email: { action: "suggest", template: "{{ user.email }}", isVouched: false },
			accountName: "{{ user.email }}",
		},
		...instead,
	});
	return {
		...{ issuer, config, people, tricks, tokensAsked, idTokens },
		clientKey: clientKey.privateKey.export({ type: "sec1", format: "pem" }).toString(),
		get person() {
			return state.person;
		},
		set person(next) {
			state.person = next;
		},
		serve(publicBase) {
			const logout = `${publicBase}upstream/backchannel-logout/${id}`;
			provider = createIssuer(issuer, [`${publicBase}upstream/callback/${id}`], {
				...{ own, people, logout },
				clientKey: clientKey.publicKey.export({ format: "jwk" }) as JWK,
			});
			provider.use(async (ctx, next) => {
				await next();
				if (ctx.oidc?.route === "userinfo" && tricks.userinfo !== undefined)
					ctx.body = tricks.userinfo(ctx.body as JWTPayload);
				if (ctx.oidc?.route !== "token") return;
				tokensAsked.push(new URLSearchParams(ctx.oidc.body as Record<string, string>));
				const answer = ctx.body as { id_token?: string };
				if (answer.id_token !== undefined) idTokens.push(answer.id_token);
				if (answer.id_token === undefined || (tricks.claims === undefined && !tricks.foreignKey)) return;
				const [, payload = ""] = answer.id_token.split(".");
				const said = JSON.parse(Buffer.from(payload, "base64url").toString()) as JWTPayload;
				const key = tricks.foreignKey ? foreign : own;
				answer.id_token = await new SignJWT(tricks.claims?.(said) ?? said)
					.setProtectedHeader({ alg: "RS256", kid: String(own.kid) })
					.sign(await importJWK(key, "RS256"));
			});
		},
		async logoutToken(claims, header = {}) {
			const now = Math.floor(Date.now() / 1000);
			const said = {
				...{ iss: issuer, aud: "matrix", iat: now, exp: now + 120, jti: randomUUID() },
				events: { "http://schemas.openid.net/event/backchannel-logout": {} },
				...claims,
			};
			return new SignJWT(JSON.parse(JSON.stringify(said)) as JWTPayload)
				.setProtectedHeader({ alg: "RS256", kid: String(own.kid), typ: "logout+jwt", ...header })
				.sign(await importJWK(tricks.foreignKey ? foreign : own, "RS256"));
		},
		browser: () => createFormBrowser(`${issuer}/`),
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

async function signingKey(): Promise<JWK> {
	const { privateKey } = await generateKeyPair("RS256", { extractable: true });
	return { ...(await exportJWK(privateKey)), alg: "RS256", use: "sig", kid: "company-key" };
}

function createIssuer(
	issuer: string,
	redirectUris: string[],
	{
		own,
		people,
		logout,
		clientKey,
	}: {
		readonly own: JWK;
		readonly people: TestProvider["people"];
		readonly logout: string;
		readonly clientKey: JWK;
	},
): Provider {
	return new Provider(issuer, {
		clients: [
			{
				...{ client_id: "matrix", client_secret: clientSecret, redirect_uris: redirectUris },
				...{ backchannel_logout_uri: logout, backchannel_logout_session_required: true },
			},
			{ client_id: "public", token_endpoint_auth_method: "none", redirect_uris: redirectUris },
			{
				...{ client_id: "post", client_secret: clientSecret, redirect_uris: redirectUris },
				token_endpoint_auth_method: "client_secret_post",
			},
			{
				...{ client_id: "key", redirect_uris: redirectUris, jwks: { keys: [{ ...clientKey, kid: "ours" }] } },
				token_endpoint_auth_method: "private_key_jwt",
			},
			{
				...{ client_id: "signed", client_secret: clientSecret, redirect_uris: redirectUris },
				userinfo_signed_response_alg: "RS256",
			},
			{
				...{ client_id: "jwt", client_secret: clientSecret, redirect_uris: redirectUris },
				token_endpoint_auth_method: "client_secret_jwt",
			},
		],
		jwks: { keys: [own] },
		cookies: { keys: ["a key of the test"] },
		clientAuthMethods: [
			...(["none", "client_secret_basic", "client_secret_post"] as const),
			...(["client_secret_jwt", "private_key_jwt"] as const),
		],
		claims: {
			openid: ["sub", "groups"],
			profile: ["name", "preferred_username"],
			email: ["email", "email_verified"],
		},
		conformIdTokenClaims: false,
		features: {
			devInteractions: { enabled: false },
			backchannelLogout: { enabled: true },
			jwtUserinfo: { enabled: true },
		},
		// Its own goes to no address of this machine.
		fetch: (url, options) => {
			const { dispatcher: _, ...rest } = options as RequestInit & { dispatcher?: unknown };
			return fetch(url, rest);
		},
		interactions: { url: (_, { uid }) => `/interaction/${uid}` },
		findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people.get(sub) }) }),
		async loadExistingGrant(ctx) {
			const { session, client } = ctx.oidc;
			if (session?.accountId === undefined || client === undefined) return undefined;
			const grant = new ctx.oidc.provider.Grant({ accountId: session.accountId, clientId: client.clientId });
			grant.addOIDCScope("openid profile email");
			await grant.save();
			return grant;
		},
	});
}

/** Its own sign-in page: who is meant signs in at once, anybody else is asked for a name. */
async function interact(
	provider: Provider,
	person: string | undefined,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const typed = request.method === "POST" ? new URLSearchParams(await bodyOf(request)).get("name") : null;
	const accountId = typed ?? person;
	if (accountId === undefined) {
		response.writeHead(200, { "content-type": "text/html" });
		response.end(
			`<!doctype html><html lang="en"><title>Company</title><h1>Company</h1><form method="post"><label>Name <input name="name"></label><button>Sign in at Company</button></form>`,
		);
		return;
	}
	const result =
		accountId === "nobody"
			? { error: "access_denied", error_description: "went back" }
			: { login: { accountId, remember: true } };
	await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString();
}

/** Where the page that leads on to the provider leads. */
export function wayThere(page: Page): string {
	const url = /^0; url=(.+)$/.exec(page.headers.get("refresh") ?? "")?.[1];
	if (url === undefined) throw new Error(`${page.status} “${page.title}” leads nowhere: ${page.text}`);
	return url;
}

/** Signs in there, and says where that browser is sent back to. */
export async function signInThere(
	provider: TestProvider,
	page: Page,
	there: FormBrowser = provider.browser(),
): Promise<URL> {
	const { left, text } = await there.open(wayThere(page));
	if (left === undefined) throw new Error(`the provider sends nobody back: ${text}`);
	return left;
}
