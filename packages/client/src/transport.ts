import { isRecord, member, parseMatrixError } from "@countersign/protocol";
import { type ClientErrorDetails, CountersignClientError, clientErrorCode, isClientError } from "./errors.ts";
import { type Fetch, systemFetch } from "./platform.ts";

/** What every `xRequest` function takes last. */
export interface RequestOptions {
	/** Replaces the runtime's `fetch`: for tests, proxies or platforms without one. */
	readonly fetch?: Fetch | undefined;
	/** Ends the request early, its body included; what waits for it then throws `aborted`, with the reason as `cause`. */
	readonly signal?: AbortSignal | undefined;
	/** How long one request, its body included, may take, in milliseconds. Default 30 000. */
	readonly timeoutMs?: number | undefined;
}

const defaultTimeoutMs = 30_000;

/** Far above any document of these protocols; a hostile server may not fill our memory. */
const maxBodyBytes = 1_048_576;

/**
 * Sends one request and returns whatever the server answered.
 *
 * Redirects are refused unless the caller asks for them: a redirected POST would hand tokens, codes or keys to a
 * host nobody chose. Cookies are never sent.
 *
 * @throws `network`, `aborted`
 */
export async function send(url: string, init: RequestInit, options: RequestOptions = {}): Promise<Response> {
	const { fetch = systemFetch, signal, timeoutMs = defaultTimeoutMs } = options;
	const timeout = AbortSignal.timeout(timeoutMs);
	try {
		return await fetch(url, {
			redirect: "error",
			credentials: "omit",
			referrerPolicy: "no-referrer",
			...init,
			signal: signal === undefined ? timeout : AbortSignal.any([endedBy(signal, timeout), timeout]),
		});
	} catch (cause) {
		throw lostAnswer(cause, { signal, what: `${init.method ?? "GET"} ${withoutQuery(url)}` });
	}
}

/**
 * Works under a signal that fires with the caller's, and lets go of the caller's once it is done: a program may send
 * thousands of requests under one that lives as long as itself.
 */
export async function underSignal<T>(
	caller: AbortSignal | undefined,
	work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	const ended = new AbortController();
	const end = () => ended.abort(caller?.reason);
	if (caller?.aborted === true) end();
	caller?.addEventListener("abort", end, { once: true });
	try {
		return await work(ended.signal);
	} finally {
		caller?.removeEventListener("abort", end);
	}
}

/**
 * Fires with the caller's signal, but with our own error: the reason is the caller's free choice, and where it ends
 * a body that is still arriving nobody could tell it from a broken connection. Lets go of the caller's signal, which
 * may live for hours, after the time-out.
 */
function endedBy(caller: AbortSignal, timeout: AbortSignal): AbortSignal {
	const ended = new AbortController();
	const end = () => ended.abort(abortedRequest(caller.reason));
	if (caller.aborted) end();
	else caller.addEventListener("abort", end, { once: true, signal: timeout });
	return ended.signal;
}

function abortedRequest(cause: unknown): CountersignClientError {
	return new CountersignClientError(clientErrorCode.aborted, "the request was aborted", { cause });
}

/** Origin and path: what a developer needs to find the fault. Codes and states are in queries, passwords before the host. */
function withoutQuery(url: string): string {
	if (!URL.canParse(url)) return "an address that is none";
	const { origin, pathname } = new URL(url);
	return `${origin}${pathname}`;
}

function lostAnswer(
	cause: unknown,
	{
		signal,
		what = "the request",
	}: { readonly signal?: AbortSignal | undefined; readonly what?: string } = {},
): CountersignClientError {
	if (isClientError(cause, clientErrorCode.aborted)) return cause;
	const aborted = signal?.aborted ?? (cause instanceof Error && cause.name === "AbortError");
	return aborted
		? abortedRequest(cause)
		: new CountersignClientError(clientErrorCode.network, `${what} got no answer`, { cause });
}

/**
 * The body as JSON, or `undefined` when it is not JSON, not UTF-8 or larger than `maxBytes`, by default 1 MiB. The caller decides what
 * that means: for most answers a fault, for a refresh a reason to try later.
 *
 * @throws `network`, `aborted` when the body breaks off; `TypeError` when it was read before
 */
export async function readJson(response: Response, maxBytes = maxBodyBytes): Promise<unknown> {
	if (response.bodyUsed) throw new TypeError("the response's body was already read");
	const bytes = await readBytes(response, maxBytes);
	if (bytes === undefined) return undefined;
	try {
		return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
	} catch {
		return undefined;
	}
}

async function readBytes(response: Response, maxBytes: number): Promise<Uint8Array | undefined> {
	const chunks: Uint8Array[] = [];
	let length = 0;
	try {
		const reader = response.body?.getReader();
		for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
			length += part.value.byteLength;
			if (length > maxBytes) {
				await reader?.cancel();
				return undefined;
			}
			chunks.push(part.value);
		}
	} catch (cause) {
		throw lostAnswer(cause);
	}
	return join(chunks, length);
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
	const joined = new Uint8Array(length);
	let offset = 0;
	for (const chunk of chunks) {
		joined.set(chunk, offset);
		offset += chunk.byteLength;
	}
	return joined;
}

/**
 * How long the server asked to wait: `Retry-After` in its whole-seconds form, else the older `retry_after_ms`
 * member. The date form is left unread: it needs two clocks that agree.
 *
 * @see Matrix specification v1.17, Client-Server API, "Rate limiting"
 */
export function retryAfterMs(response: Response, body: unknown): number | undefined {
	const header = response.headers.get("retry-after") ?? "";
	if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
	const ms = isRecord(body) ? member(body, "retry_after_ms") : undefined;
	return typeof ms === "number" && ms >= 0 && Number.isFinite(ms) ? ms : undefined;
}

/** The error for a status the caller did not expect, with everything the answer told. */
export function unexpectedStatus(response: Response, body: unknown): CountersignClientError {
	const { status } = response;
	const details = { status, retryAfterMs: retryAfterMs(response, body), ...serverWords(body) };
	return status === 429
		? new CountersignClientError(clientErrorCode.rateLimited, "the server asks for fewer requests", details)
		: new CountersignClientError(clientErrorCode.httpStatus, `unexpected HTTP status ${status}`, details);
}

/** The error for an answer whose status promises another body. */
export function malformedAnswer(response: Response, what: string): CountersignClientError {
	const { status } = response;
	return new CountersignClientError(clientErrorCode.malformedAnswer, `malformed answer: ${what}`, { status });
}

function serverWords(body: unknown): Pick<ClientErrorDetails, "matrix" | "oauth"> {
	return { matrix: parseMatrixError(body), oauth: parseOAuthError(body) };
}

/** The members of an OAuth error answer, or `undefined` when the body is none. @see RFC 6749 section 5.2 */
export function parseOAuthError(body: unknown): ClientErrorDetails["oauth"] {
	if (!isRecord(body) || member(body, "errcode") !== undefined) return undefined;
	const [error, errorDescription] = [member(body, "error"), member(body, "error_description")];
	if (typeof error !== "string" || error === "") return undefined;
	return typeof errorDescription === "string" ? { error, errorDescription } : { error };
}
