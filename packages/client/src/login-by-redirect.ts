import type { OAuthMetadata } from "@countersign/protocol";
import { authorizationUrl, deviceScope, processAuthorizationCallback } from "./authorization.ts";
import { hasAnswer, withoutAnswer } from "./callback-url.ts";
import { CountersignClientError, clientErrorCode, isClientError } from "./errors.ts";
import { firstTokens, type NewSession } from "./new-session.ts";
import {
	type LoginStorage,
	type PendingLogin,
	type PendingLoginStore,
	pendingLoginStore,
} from "./pending-login.ts";
import { createDeviceId, createPkce, createState } from "./pkce.ts";
import { type Clock, type Fetch, systemClock } from "./platform.ts";
import { type ClientMetadata, processRegistrationResponse, registrationRequest } from "./registration.ts";
import { authorizationCodeRequest, processAuthorizationCodeResponse } from "./token.ts";
import type { RequestOptions } from "./transport.ts";

/** The part of a browser's `window` that is needed. */
export interface LoginWindow {
	readonly location: { readonly href: string; readonly origin: string; assign(url: string): void };
	readonly history: {
		readonly state: unknown;
		replaceState(data: unknown, unused: string, url: string): void;
	};
	readonly sessionStorage: LoginStorage;
}

/** What {@link startLoginByRedirect} needs. */
export interface RedirectLoginOptions {
	/** The homeserver's base URL, given back at the end. */
	readonly homeserver: string;
	/** From `discoverAuthMetadata`. */
	readonly metadata: OAuthMetadata;
	/** How the application introduces itself; what concerns redirects is filled in. */
	readonly client: Omit<ClientMetadata, "redirectUris" | "deviceGrant" | "applicationType">;
	/** The page that calls {@link finishLoginByRedirect}, of this page's origin. */
	readonly redirectUri: string;
	/** Default: a new random one. Naming an existing device takes it over and signs its old session out. */
	readonly deviceId?: string | undefined;
	/** Scope tokens beside the usual two, for example `openid`. */
	readonly extraScopes?: readonly string[] | undefined;
	readonly prompt?: "create" | undefined;
	readonly loginHint?: string | undefined;
	/** Under which name `sessionStorage` keeps the sign-in. Default `countersign-login`. */
	readonly key?: string | undefined;
	readonly fetch?: Fetch | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** What {@link finishLoginByRedirect} may be told. */
export interface FinishLoginOptions {
	/** As at the start. */
	readonly key?: string | undefined;
	readonly fetch?: Fetch | undefined;
	readonly signal?: AbortSignal | undefined;
	/** Default: the runtime's clock. */
	readonly now?: Clock | undefined;
}

/** A session that began in a browser, with what the page it began on knew. */
export interface RedirectedSession extends NewSession {
	readonly homeserver: string;
	/** For `createTokenHolder` and `revocationRequest`. */
	readonly metadata: OAuthMetadata;
}

const defaultKey = "countersign-login";

/**
 * Leaves this page for the one where the person signs in. What has to be known afterwards is kept in
 * `sessionStorage`, which is the tab's own: two tabs can sign in side by side. A second start in one tab replaces the
 * first.
 *
 * @param window the browser's own
 * @returns when the browser is about to leave
 * @throws `storage-unavailable`, and what registration throws; `TypeError` for a redirect URI of another origin, where
 * nothing would be found again
 * @see RFC 6749 section 4.1; RFC 7636; Matrix specification v1.17, Client-Server API, "Login flows"
 */
export async function startLoginByRedirect(
	window: LoginWindow,
	options: RedirectLoginOptions,
): Promise<void> {
	const { homeserver, metadata, redirectUri, deviceId = createDeviceId(), prompt, loginHint } = options;
	if (new URL(redirectUri).origin !== window.location.origin) {
		throw new TypeError("the redirect URI is not of this page's origin");
	}
	const client = { ...options.client, redirectUris: [redirectUri] } as const;
	const { fetch, signal } = options;
	const registered = await registrationRequest(metadata, client, { fetch, signal });
	const { clientId } = await processRegistrationResponse(registered);
	const [pkce, state] = [await createPkce(), createState()];
	const { verifier } = pkce;
	storeOf(window, options).put({ homeserver, metadata, clientId, deviceId, redirectUri, state, verifier });
	const scope = [deviceScope(deviceId), ...(options.extraScopes ?? [])].join(" ");
	const request = { clientId, redirectUri, scope, state, pkce, prompt, loginHint };
	window.location.assign(authorizationUrl(metadata, request));
}

/** A page that asks twice (an effect that runs twice, say) must not exchange one code twice: that ends the session. */
const underWay = new WeakMap<LoginWindow, Map<string, Promise<RedirectedSession | undefined>>>();

/**
 * Ends the sign-in on the page the browser comes back to. Call it whenever that page loads: where there is nothing to
 * end it gives `undefined`.
 *
 * The answer leaves the address bar, and the history, before anything is sent. Reloading the page meanwhile, or calling
 * again after `network` and other failures that pass, exchanges the same code again: with the same outcome, or with
 * `oauth-error` (`invalid_grant`) where the server had given its answer already. An answer with another state ends
 * nothing: the sign-in of this tab can still be finished.
 *
 * @param window the browser's own
 * @throws `state-mismatch` for an answer that this tab did not ask for, or no longer; `issuer-mismatch`; `oauth-error`
 * (`access_denied`: the person); `storage-unavailable`; and what the code exchange throws
 * @see RFC 6749 sections 4.1.2, 4.1.3, 10.12; RFC 9207 section 2.4
 */
export function finishLoginByRedirect(
	window: LoginWindow,
	options: FinishLoginOptions = {},
): Promise<RedirectedSession | undefined> {
	const { key = defaultKey } = options;
	const ofWindow = underWay.get(window) ?? new Map<string, Promise<RedirectedSession | undefined>>();
	underWay.set(window, ofWindow);
	const already = ofWindow.get(key);
	if (already !== undefined) return already;
	const finishing = finish(window, options).finally(() => ofWindow.delete(key));
	ofWindow.set(key, finishing);
	return finishing;
}

async function finish(
	window: LoginWindow,
	options: FinishLoginOptions,
): Promise<RedirectedSession | undefined> {
	const store = storeOf(window, options);
	const login = takeAnswer(window, store);
	if (login?.code === undefined) return undefined;
	try {
		const session = await exchange({ ...login, code: login.code }, options);
		store.delete();
		return session;
	} catch (error) {
		if (!passes(error)) store.delete();
		throw error;
	}
}

/** Whether the next attempt may go better: the code may never have arrived. */
function passes(error: unknown): boolean {
	return isClientError(error) && (passing.has(error.code) || (error.status ?? 0) >= 500);
}

const passing: ReadonlySet<string> = new Set([
	clientErrorCode.network,
	clientErrorCode.aborted,
	clientErrorCode.rateLimited,
]);

/** Moves the answer out of the address bar into the record; the sign-in as it is then kept. */
function takeAnswer(window: LoginWindow, store: PendingLoginStore): PendingLogin | undefined {
	const { href } = window.location;
	if (!hasAnswer(href)) return store.get();
	window.history.replaceState(window.history.state, "", withoutAnswer(href));
	const login = store.get();
	if (login === undefined) throw notOurs();
	try {
		const answered = { ...login, code: processAuthorizationCallback(href, login).code };
		store.put(answered);
		return answered;
	} catch (error) {
		if (!isClientError(error, clientErrorCode.stateMismatch)) store.delete();
		throw error;
	}
}

async function exchange(
	{
		homeserver,
		metadata,
		clientId,
		deviceId,
		redirectUri,
		verifier,
		code,
	}: PendingLogin & { readonly code: string },
	{ fetch, signal, now = systemClock }: FinishLoginOptions,
): Promise<RedirectedSession> {
	const askedAt = now();
	const request: RequestOptions = { fetch, signal };
	const form = { clientId, code, redirectUri, verifier };
	const answer = await authorizationCodeRequest(metadata, form, request);
	const tokens = firstTokens(await processAuthorizationCodeResponse(answer), askedAt);
	return { homeserver, metadata, clientId, deviceId, tokens };
}

function storeOf(window: LoginWindow, { key = defaultKey }: { readonly key?: string | undefined }) {
	return pendingLoginStore(() => window.sessionStorage, key);
}

function notOurs(): CountersignClientError {
	const message = "this tab has no sign-in under way";
	return new CountersignClientError(clientErrorCode.stateMismatch, message);
}
