import type { OAuthMetadata } from "@countersign/protocol";
import {
	type AuthorizationRequest,
	authorizationUrl,
	deviceScope,
	type ExpectedCallback,
	processAuthorizationCallback,
} from "../authorization.ts";
import { CountersignClientError, clientErrorCode, isClientError } from "../errors.ts";
import { firstTokens, type NewSession } from "../new-session.ts";
import { createDeviceId, createPkce, createState } from "../pkce.ts";
import { type Clock, type Fetch, systemClock } from "../platform.ts";
import { type ClientMetadata, processRegistrationResponse, registrationRequest } from "../registration.ts";
import { authorizationCodeRequest, type CodeExchange, processAuthorizationCodeResponse } from "../token.ts";
import type { SessionTokens } from "../token-holder.ts";
import { listenForRedirect, registeredRedirectUri, type Verdict } from "./redirect-listener.ts";

/** What {@link loginByLoopback} needs. */
export interface LoopbackLoginOptions {
	/** From `discoverAuthMetadata`. */
	readonly metadata: OAuthMetadata;
	/** How the program introduces itself; redirect URI and type are filled in. */
	readonly client: Omit<ClientMetadata, "redirectUris" | "applicationType">;
	/** Hands out the URL to open in the person's browser. What it throws ends the sign-in. */
	readonly present: (url: string) => void | Promise<void>;
	/** Default: a new random one. Naming an existing device takes it over and signs its old session out. */
	readonly deviceId?: string | undefined;
	/** Scope tokens beside the usual two, for example `openid`. */
	readonly extraScopes?: readonly string[] | undefined;
	readonly prompt?: "create" | undefined;
	readonly loginHint?: string | undefined;
	/** How long the person has, in milliseconds. Default 300 000, five minutes. */
	readonly timeoutMs?: number | undefined;
	readonly signal?: AbortSignal | undefined;
	readonly fetch?: Fetch | undefined;
	/** Default: the runtime's clock. */
	readonly now?: Clock | undefined;
}

const defaultTimeoutMs = 300_000;

/**
 * Signs in through the person's browser and a listener on 127.0.0.1, which is closed whatever happens.
 *
 * A redirect with another state is answered and ignored: any web page could send one, and must not be able to end
 * somebody's sign-in.
 *
 * @throws `sign-in-timeout`, `aborted`, `oauth-error` (`access_denied`, ...), `issuer-mismatch`, and what
 * registration and the code exchange throw; also what `present` throws
 * @see RFC 8252 section 7.3; Matrix specification v1.17, Client-Server API, "Login flows"
 */
export async function loginByLoopback(options: LoopbackLoginOptions): Promise<NewSession> {
	const { metadata, fetch, signal, deviceId = createDeviceId() } = options;
	const client = {
		...options.client,
		redirectUris: [registeredRedirectUri],
		applicationType: "native",
	} as const;
	const { clientId } = await processRegistrationResponse(
		await registrationRequest(metadata, client, { fetch, signal }),
	);
	const pkce = await createPkce();
	const scope = [deviceScope(deviceId), ...(options.extraScopes ?? [])].join(" ");
	const { code, redirectUri } = await awaitCode(options, { clientId, scope, pkce });
	const exchange = { clientId, code, redirectUri, verifier: pkce.verifier };
	return { clientId, deviceId, tokens: await exchangeCode(options, exchange) };
}

type Asked = Pick<AuthorizationRequest, "clientId" | "scope" | "pkce">;

async function awaitCode(
	options: LoopbackLoginOptions,
	asked: Asked,
): Promise<Pick<CodeExchange, "code" | "redirectUri">> {
	const { metadata, prompt, loginHint, timeoutMs = defaultTimeoutMs } = options;
	const state = createState();
	const outcome = deferred<string>();
	const listener = await listenForRedirect((callback) => judge(callback, { state, metadata }, outcome));
	const { redirectUri } = listener;
	const timer = setTimeout(() => outcome.reject(tooLate()), timeoutMs);
	const abort = () => outcome.reject(aborted(options.signal));
	options.signal?.addEventListener("abort", abort);
	try {
		if (options.signal?.aborted) abort();
		const request = { ...asked, redirectUri, state, responseMode: "query", prompt, loginHint } as const;
		const present = async () => options.present(authorizationUrl(metadata, request));
		present().catch(outcome.reject);
		return { code: await outcome.promise, redirectUri };
	} finally {
		clearTimeout(timer);
		options.signal?.removeEventListener("abort", abort);
		listener.close();
	}
}

function judge(callback: string, expected: ExpectedCallback, outcome: Deferred<string>): Verdict {
	try {
		outcome.resolve(processAuthorizationCallback(callback, expected).code);
		return "signed-in";
	} catch (error) {
		if (isClientError(error, clientErrorCode.stateMismatch)) return "keep-waiting";
		outcome.reject(error);
		return "refused";
	}
}

async function exchangeCode(
	{ metadata, fetch, signal, now = systemClock }: LoopbackLoginOptions,
	exchange: CodeExchange,
): Promise<SessionTokens> {
	const askedAt = now();
	const response = await authorizationCodeRequest(metadata, exchange, { fetch, signal });
	return firstTokens(await processAuthorizationCodeResponse(response), askedAt);
}

interface Deferred<T> {
	readonly promise: Promise<T>;
	readonly resolve: (value: T) => void;
	readonly reject: (reason: unknown) => void;
}

/** `Promise.withResolvers`, which this library cannot use: Node 20 has none. */
function deferred<T>(): Deferred<T> {
	let [resolve, reject]: [(value: T) => void, (reason: unknown) => void] = [() => {}, () => {}];
	const promise = new Promise<T>((...settle) => {
		[resolve, reject] = settle;
	});
	return { promise, resolve, reject };
}

function tooLate(): CountersignClientError {
	return new CountersignClientError(
		clientErrorCode.signInTimeout,
		"nobody came back from the browser in time",
	);
}

function aborted(signal: AbortSignal | undefined): CountersignClientError {
	return new CountersignClientError(clientErrorCode.aborted, "the sign-in was aborted", {
		cause: signal?.reason,
	});
}
