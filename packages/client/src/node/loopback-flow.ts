import type { OAuthMetadata } from "@countersign/protocol";
import {
	type AuthorizationRequest,
	authorizationUrl,
	type ExpectedCallback,
	processAuthorizationCallback,
} from "../authorization.ts";
import { CountersignClientError, clientErrorCode, isClientError } from "../errors.ts";
import { firstTokens } from "../new-session.ts";
import { createPkce, createState } from "../pkce.ts";
import { type Clock, type Fetch, systemClock } from "../platform.ts";
import { authorizationCodeRequest, type CodeExchange, processAuthorizationCodeResponse } from "../token.ts";
import type { SessionTokens } from "../token-holder.ts";
import { listenForRedirect, type Verdict } from "./redirect-listener.ts";

/** What every way through a browser and back needs. */
export interface LoopbackFlow {
	/** From `discoverAuthMetadata`. */
	readonly metadata: OAuthMetadata;
	/** Hands out the URL to open in the person's browser. What it throws ends the sign-in. */
	readonly present: (url: string) => void | Promise<void>;
	/** How long the person has, in milliseconds. Default 300 000, five minutes. */
	readonly timeoutMs?: number | undefined;
	readonly signal?: AbortSignal | undefined;
	readonly fetch?: Fetch | undefined;
	/** Default: the runtime's clock. */
	readonly now?: Clock | undefined;
}

const defaultTimeoutMs = 300_000;

type Asked = Omit<AuthorizationRequest, "redirectUri" | "state" | "responseMode" | "pkce">;

/** One way through the person's browser and a listener on 127.0.0.1, which is closed whatever happens. */
export async function tokensByLoopback(options: LoopbackFlow, asked: Asked): Promise<SessionTokens> {
	const pkce = await createPkce();
	const { code, redirectUri } = await awaitCode(options, { ...asked, pkce });
	return exchangeCode(options, { clientId: asked.clientId, code, redirectUri, verifier: pkce.verifier });
}

async function awaitCode(
	options: LoopbackFlow,
	asked: Asked & Pick<AuthorizationRequest, "pkce">,
): Promise<Pick<CodeExchange, "code" | "redirectUri">> {
	const { metadata, timeoutMs = defaultTimeoutMs } = options;
	const state = createState();
	const outcome = deferred<string>();
	const listener = await listenForRedirect((callback) => judge(callback, { state, metadata }, outcome));
	const { redirectUri } = listener;
	const timer = setTimeout(() => outcome.reject(tooLate()), timeoutMs);
	const abort = () => outcome.reject(aborted(options.signal));
	options.signal?.addEventListener("abort", abort);
	try {
		if (options.signal?.aborted) abort();
		const request = { ...asked, redirectUri, state, responseMode: "query" } as const;
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
	{ metadata, fetch, signal, now = systemClock }: LoopbackFlow,
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
