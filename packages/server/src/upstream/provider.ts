import type { JWTVerifyGetKey } from "jose";
import * as oidc from "openid-client";
import type { Clock, UpstreamConfig } from "../config/index.ts";
import { NoAnswer, type Outbound } from "../outbound/index.ts";
import { clientAuthentication } from "./client-authentication.ts";
import { fetchBy, timeoutMs } from "./fetch-by.ts";
import { upstreamLifetimes } from "./lifetimes.ts";
import { keysAt, readLogoutToken, type SignedOutThere } from "./logout-token.ts";

/** One service that says who somebody is, as it is asked. */
export interface Provider {
	/** Where the browser goes to sign in, if the provider says where that is. */
	authorizationUrl(asked: Asked): Promise<{ readonly ok: true; readonly url: string } | NoMetadata>;
	/** What it says of whoever came back with this address. */
	exchange(answer: Answer): Promise<Exchanged>;
	/** Who signed out there, if this is its word on that for us, and not old. */
	signedOut(logoutToken: string): Promise<SignedOutThere>;
}

interface Asked {
	readonly state: string;
	readonly nonce: string;
	readonly verifier: string;
	/** Whether the person has to sign in there anew, whoever is signed in. */
	readonly anew: boolean;
	/** Whom they say they are. Default: it is not said. */
	readonly loginHint?: string | undefined;
}

interface Answer extends Omit<Asked, "anew" | "loginHint"> {
	/** The query of the callback, as it came. */
	readonly query: URLSearchParams;
}

export type Claims = Readonly<Record<string, unknown>>;

export type Exchanged =
	| {
			readonly ok: true;
			readonly claims: Claims;
			readonly issuer: string;
			/** What the ID token says by itself. */
			readonly signed: Claims & { readonly sub: string };
	  }
	| {
			readonly ok: false;
			/** `refused`: by the person, or by the provider for them. `invalid`: what came is no answer to what was asked. */
			readonly reason: "refused" | "unreachable" | "invalid";
			/** For the log: says nothing of the person. */
			readonly detail: string;
	  };

interface NoMetadata {
	readonly ok: false;
	/** `invalid`: it answers, and what it says of itself is nothing to go by. */
	readonly reason: "unreachable" | "invalid";
	/** For the log. */
	readonly detail: string;
}

interface Deps {
	readonly config: UpstreamConfig;
	readonly outbound: Pick<Outbound, "request">;
	readonly clock: Clock;
	/** Of this provider alone: answers of another one do not arrive there (RFC 9700, 4.4.2.2). */
	readonly redirectUri: string;
}

/** So old may a sign-in there be that is asked for anew; whether it is, its time says. */
const anewSeconds = 120;
/** Whoever is asked for an age has to say when somebody signed in there (OpenID Connect Core, 3.1.2.1). */
const oldestSeconds = 30 * 24 * 3600;

export function createProvider({ config, outbound, clock, redirectUri }: Deps): Provider {
	let known: { readonly at: number; readonly configuration: Promise<oidc.Configuration> } | undefined;
	let keys: { readonly url: string; readonly find: JWTVerifyGetKey } | undefined;
	/** Away, it is not asked again by each who comes with a token: anybody may. */
	let asksKeysAt = 0;
	const configuration = async () => {
		if (known !== undefined && clock() - known.at < upstreamLifetimes.discoveredMs)
			return known.configuration;
		const asked = { at: clock(), configuration: discover(config, fetchBy(outbound), clock) };
		known = asked;
		try {
			return await asked.configuration;
		} catch (error) {
			// Whoever comes next asks again.
			if (known === asked) known = undefined;
			throw error;
		}
	};
	const readWord = async (logoutToken: string): Promise<SignedOutThere> => {
		const reached = await configuration().catch(() => undefined);
		const { issuer, jwks_uri, id_token_signing_alg_values_supported: says } = reached?.serverMetadata() ?? {};
		if (issuer === undefined || jwks_uri === undefined) return unreachable;
		if (keys?.url !== jwks_uri) keys = { url: jwks_uri, find: keysAt(jwks_uri, outbound) };
		return readLogoutToken(logoutToken, {
			...{ issuer, clientId: config.clientId, keys: keys.find, now: clock() },
			algorithms: config.signedWith?.idToken === undefined ? says : [config.signedWith.idToken],
		});
	};
	return {
		async authorizationUrl({ state, nonce, verifier, anew, loginHint }) {
			const reached = await configuration().catch(noMetadataOf);
			if ("ok" in reached) return reached;
			if (!isEndpoint(reached.serverMetadata().authorization_endpoint, config)) return noEndpoint;
			const parameters = {
				...config.parameters,
				...{ redirect_uri: redirectUri, scope: config.scope, state, nonce },
				...(config.pkce && {
					code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
					code_challenge_method: "S256",
				}),
				...(config.responseMode !== undefined && { response_mode: config.responseMode }),
				...(anew && { prompt: "login" }),
				...(loginHint !== undefined && { login_hint: loginHint }),
				max_age: String(anew ? anewSeconds : oldestSeconds),
			};
			return { ok: true, url: oidc.buildAuthorizationUrl(reached, parameters).href };
		},

		async exchange({ query, state, nonce, verifier }) {
			// Asked anew meanwhile: what it says of itself may have come to mean nothing.
			const reached = await configuration().catch(noMetadataOf);
			if ("ok" in reached) return reached;
			try {
				const tokens = await oidc.authorizationCodeGrant(reached, new URL(`${redirectUri}?${query}`), {
					...{ expectedState: state, expectedNonce: nonce, idTokenExpected: true },
					...(config.pkce && { pkceCodeVerifier: verifier }),
				});
				const said = tokens.claims();
				if (said === undefined) return { ok: false, reason: "invalid", detail: "no id token" };
				const { iss: issuer } = said;
				if (!config.fetchUserinfo) return { ok: true, claims: said, issuer, signed: said };
				const more = await oidc.fetchUserInfo(reached, tokens.access_token, said.sub);
				return { ok: true, claims: joined(said, more), issuer, signed: said };
			} catch (error) {
				return refusalOf(error);
			}
		},

		async signedOut(logoutToken) {
			if (clock() < asksKeysAt) return unreachable;
			const said = await readWord(logoutToken);
			if (!said.ok && said.reason === "unreachable") asksKeysAt = clock() + upstreamLifetimes.silentMs;
			return said;
		},
	};
}

const unreachable = { ok: false, reason: "unreachable" } as const;

/**
 * What was signed for us stands before what a token fetched. An address and that it was seen are one word: of each
 * source half would be nobody's. When they signed in is said by what was signed alone.
 */
export function joined(signed: Claims, fetched: Claims): Claims {
	const { auth_time: _, ...more } = fetched;
	if (!Object.hasOwn(signed, "email")) {
		const { email_verified: __, ...rest } = signed;
		return { ...more, ...rest };
	}
	const { email_verified: __, ...rest } = more;
	return { ...rest, ...signed };
}

async function discover(
	config: UpstreamConfig,
	fetch: oidc.CustomFetch,
	clock: Clock,
): Promise<oidc.Configuration> {
	const { issuer, clientId, endpoints, signedWith: { idToken, userinfo } = {} } = config;
	const metadata = {
		redirect_uris: [],
		...(idToken !== undefined && { id_token_signed_response_alg: idToken }),
		...(userinfo !== undefined && { userinfo_signed_response_alg: userinfo }),
	};
	const authenticate = await clientAuthentication(config, clock);
	const execute = [
		oidc.enableNonRepudiationChecks,
		// Only for loopback is any other taken in the settings.
		...(new URL(issuer).protocol === "http:" ? [oidc.allowInsecureRequests] : []),
	];
	const options = { [oidc.customFetch]: fetch, timeout: timeoutMs / 1000, execute };
	const found = config.discovers
		? await oidc.discovery(new URL(issuer), clientId, metadata, authenticate, options)
		: undefined;
	if (found !== undefined && Object.keys(endpoints).length === 0) return found;
	const { supportsPKCE: _, ...said } = found?.serverMetadata() ?? { issuer, supportsPKCE: undefined };
	const server: oidc.ServerMetadata = { ...said, ...endpoints };
	const made = new oidc.Configuration(server, clientId, metadata, authenticate);
	made[oidc.customFetch] = fetch;
	made.timeout = timeoutMs / 1000;
	for (const extend of execute) extend(made);
	return made;
}

const noEndpoint = { ok: false, reason: "invalid", detail: "no authorization endpoint" } as const;

/** As in the settings, where only loopback may be without encryption. */
function isEndpoint(url: string | undefined, { issuer }: Pick<UpstreamConfig, "issuer">): boolean {
	if (url === undefined || !URL.canParse(url)) return false;
	const { protocol } = new URL(url);
	return protocol === "https:" || (protocol === "http:" && new URL(issuer).protocol === "http:");
}

/** Why there is nothing to go by: in the words of the library, or as what kind of error. */
function noMetadataOf(error: unknown): NoMetadata {
	if (hasNoAnswer(error)) return { ok: false, reason: "unreachable", detail: "no answer" };
	const { cause, message = "", name = "" } = error instanceof Error ? error : {};
	if (cause instanceof Response && cause.status >= 500)
		return { ok: false, reason: "unreachable", detail: `status ${cause.status}` };
	const detail = error instanceof oidc.ClientError ? `${error.code ?? ""} ${message}`.trim() : name;
	return { ok: false, reason: "invalid", detail: `its metadata: ${detail}` };
}

/** What the library says, without what the provider said: that may hold what is the person's. */
function refusalOf(error: unknown): Extract<Exchanged, { ok: false }> {
	if (hasNoAnswer(error)) return { ok: false, reason: "unreachable", detail: "no answer" };
	if (error instanceof oidc.AuthorizationResponseError) {
		const code = /^[a-z_]{1,60}$/.exec(error.error)?.[0] ?? "unknown";
		const isPersons = [
			"access_denied",
			"login_required",
			"interaction_required",
			"consent_required",
		].includes(code);
		const isAway = ["server_error", "temporarily_unavailable"].includes(code);
		return { ok: false, reason: isAway ? "unreachable" : isPersons ? "refused" : "invalid", detail: code };
	}
	if (error instanceof oidc.ResponseBodyError)
		return { ok: false, reason: "invalid", detail: /^[a-z_]{1,60}$/.exec(error.error)?.[0] ?? "unknown" };
	if (error instanceof oidc.ClientError)
		return { ok: false, reason: "invalid", detail: `${error.code ?? ""} ${error.message}`.trim() };
	if (error instanceof oidc.WWWAuthenticateChallengeError)
		return { ok: false, reason: "invalid", detail: "userinfo refused the token" };
	throw error;
}

function hasNoAnswer(error: unknown): boolean {
	if (error instanceof NoAnswer) return true;
	return error instanceof Error && error.cause !== undefined && hasNoAnswer(error.cause);
}
