import { isRecord, type MatrixErrorBody, parseMatrixError } from "@countersign/protocol";
import { CountersignClientError, clientErrorCode } from "../errors.ts";
import { type Clock, type Fetch, type Jitter, type Sleep, systemJitter, systemSleep } from "../platform.ts";
import { malformedAnswer, readJson, send, underSignal, unexpectedStatus } from "../transport.ts";
import { below } from "../urls.ts";
import type { PostKeys } from "./ports.ts";

/** A session at a homeserver. */
export interface HomeserverSession {
	/** The homeserver's base URL. */
	readonly homeserver: string;
	readonly userId: string;
	readonly deviceId: string;
	/**
	 * Gives the access token, at every request: it rotates while somebody reads the approval page. After
	 * `M_UNKNOWN_TOKEN` it is called with the rejected token. `TokenHolder.accessToken` fits.
	 */
	readonly accessToken: (hint?: { readonly rejected: string }) => Promise<string>;
	readonly fetch?: Fetch | undefined;
	/** By which the wait for an approval ends. */
	readonly now?: Clock | undefined;
	readonly sleep?: Sleep | undefined;
	readonly jitter?: Jitter | undefined;
}

/**
 * One request below `/_matrix/client/v3/` or, where its path begins with a slash, below the homeserver's root; a text is
 * sent as it is, anything else as JSON.
 */
export interface HomeserverCall {
	readonly method: "GET" | "POST" | "PUT" | "DELETE";
	readonly path: string;
	readonly body?: unknown;
	/** Further statuses that are an answer, not a failure. */
	readonly accept?: readonly number[];
	/** How large the answer may be. Default 1 MiB. */
	readonly maxBytes?: number;
	/** How long it may take, in milliseconds. Default 30 000. */
	readonly timeoutMs?: number;
}

/** An answer that was accepted. */
export interface HomeserverAnswer {
	readonly status: number;
	readonly body: Readonly<Record<string, unknown>>;
	readonly matrix: MatrixErrorBody | undefined;
}

/** Sends requests of one session. */
export type Caller = (call: HomeserverCall) => Promise<HomeserverAnswer>;

/** So often is a request sent that got no answer, or a busy one. */
const patience = 5;

/** The wait before the second attempt, in milliseconds; it doubles from there. `Retry-After` counts where it is longer. */
const firstPauseMs = 500;

/**
 * Sends requests as the session, refreshing its token where that is asked for. Every request made with it may be sent
 * twice: what got no answer, or one that says "later", is repeated.
 *
 * @param attempts how often at most; default 5
 * Its calls throw `network`, `rate-limited`, `http-status`, `malformed-answer`, `logged-out`, `aborted`, and whatever
 * `accessToken` throws.
 */
export function callerFor(session: HomeserverSession, signal: AbortSignal, attempts = patience): Caller {
	const { sleep = systemSleep, jitter = systemJitter } = session;
	return async (call) => {
		for (let attempt = 1; ; attempt++) {
			try {
				return await callOnce(session, call, signal);
			} catch (error) {
				if (!isPassing(error) || attempt === attempts || signal.aborted) throw error;
				const pause = firstPauseMs * 2 ** (attempt - 1) * (1 + jitter());
				await sleep(Math.max(pause, error.retryAfterMs ?? 0), signal);
			}
		}
	};
}

/** Whether the same request may go well later. */
export function isPassing(error: unknown): error is CountersignClientError {
	if (!(error instanceof CountersignClientError)) return false;
	const { code, status = 0 } = error;
	return code === clientErrorCode.network || code === clientErrorCode.rateLimited || status >= 500;
}

async function callOnce(
	session: HomeserverSession,
	call: HomeserverCall,
	signal: AbortSignal,
): Promise<HomeserverAnswer> {
	const sendWith = (token: string) =>
		underSignal(signal, (own) => exchange(session, call, { token, signal: own }));
	const token = await session.accessToken();
	const answer = await sendWith(token);
	if (answer !== "unknown-token") return answer;
	const fresh = await session.accessToken({ rejected: token });
	const second = fresh === token ? answer : await sendWith(fresh);
	if (second !== "unknown-token") return second;
	throw new CountersignClientError(clientErrorCode.loggedOut, "the homeserver knows none of the tokens");
}

async function exchange(
	session: HomeserverSession,
	{ method, path, body, accept = [], maxBytes, timeoutMs }: HomeserverCall,
	{ token, signal }: { readonly token: string; readonly signal: AbortSignal },
): Promise<HomeserverAnswer | "unknown-token"> {
	const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
	const text = typeof body === "string" ? body : JSON.stringify(body);
	const init = { method, headers, ...(body !== undefined && { body: text }) };
	const url = below(session.homeserver, path.startsWith("/") ? path : `/_matrix/client/v3/${path}`);
	const response = await send(url, init, { fetch: session.fetch, signal, timeoutMs });
	const read = await readJson(response, maxBytes);
	const { status } = response;
	const matrix = parseMatrixError(read);
	if (status === 401 && matrix?.errcode === "M_UNKNOWN_TOKEN") return "unknown-token";
	if (status !== 200 && !accept.includes(status)) throw unexpectedStatus(response, read);
	if (!isRecord(read)) throw malformedAnswer(response, "not a JSON object");
	return { status, body: read, matrix };
}

/** Sends what the app's crypto wants to have sent. */
export function postWith(call: Caller): PostKeys {
	return async (path, body) => JSON.stringify((await call({ method: "POST", path, body })).body);
}
