import type { IncomingMessage, ServerResponse } from "node:http";
import { type ResetRequest, requestOfAcr } from "@countersign/core";
import type { Clock } from "../config/ports.ts";
import type { Authentication, Sessions } from "../sessions/index.ts";
import { introspectionAnswer } from "./answer.ts";
import { onlyToken, readForm } from "./read-form.ts";
import { createSecretCheck } from "./secret.ts";

interface IntrospectionDeps {
	readonly authenticate: Sessions["authenticate"];
	readonly clock: Clock;
	readonly secret: string;
	/** The request to replace an identity that an authentication context names. Default: apps do not step up. */
	readonly findRequest?: ((reference: string) => Promise<ResetRequest | undefined>) | undefined;
	/** Told of each answer about a token. */
	readonly onAnswered?: (active: boolean) => void;
}

/** Handles one request. Rejects only when the storage fails; nothing has been answered then. */
type IntrospectionHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Token introspection for homeservers: `POST`, a shared secret as bearer token, a form. Hints are ignored; refresh
 * tokens are inactive. While a person is locked the answer to their tokens is 503. On node's own objects, because homeservers ask this for every request they serve.
 * @see https://www.rfc-editor.org/rfc/rfc7662#section-2
 */
export function createIntrospection({
	authenticate,
	clock,
	secret,
	onAnswered,
	findRequest = async () => undefined,
}: IntrospectionDeps): IntrospectionHandler {
	const isTrusted = createSecretCheck(secret);
	return async (request, response) => {
		if (request.method !== "POST") return refuse(response, refusals.method);
		if (!isTrusted(request.headers.authorization)) return refuse(response, refusals.credentials);
		const read = await readForm(request);
		if (!read.ok) return read.reason === "gone" ? undefined : refuse(response, refusals[read.reason]);
		const token = onlyToken(read.text);
		if (token === undefined) return refuse(response, refusals.token);
		const found = await authenticate(token, nowhere);
		if (!found.ok && found.reason === "locked") {
			onAnswered?.(false);
			return refuse(response, refusals.locked);
		}
		const named = await namedBy(found, findRequest);
		const told = introspectionAnswer(found, clock(), named);
		answer(response, 200, told);
		onAnswered?.(told.active);
	};
}

/** Of most tokens none is named, and nothing is read. */
function namedBy(
	found: Authentication,
	find: (reference: string) => Promise<ResetRequest | undefined>,
): Promise<ResetRequest | undefined> | undefined {
	const reference = found.ok && found.event !== undefined ? requestOfAcr([found.event.acr]) : undefined;
	return reference === undefined ? undefined : find(reference);
}

/** Where the person is, only the homeserver knows. */
const nowhere = {};

interface Refusal {
	readonly status: number;
	readonly error: string;
	readonly description: string;
	readonly headers?: Readonly<Record<string, string>>;
}

const refusals = {
	method: {
		status: 405,
		error: "invalid_request",
		description: "Only POST is answered here",
		headers: { allow: "POST" },
	},
	credentials: {
		status: 401,
		error: "access_denied",
		description: "The homeserver's secret is missing or wrong",
		headers: { "www-authenticate": "Bearer" },
	},
	"not-a-form": { status: 400, error: "invalid_request", description: "The body is not a plain form" },
	"too-large": {
		status: 413,
		error: "invalid_request",
		description: "The body is too large",
		headers: { connection: "close" },
	},
	/**
	 * The token lives on, but not now. Of one that is not active a homeserver says that it is unknown, without
	 * `soft_logout`, and apps delete their keys; of an answer that fails it tells them to try again.
	 */
	locked: {
		status: 503,
		error: "temporarily_unavailable",
		description: "The account is locked",
		headers: { "retry-after": "30" },
	},
	token: { status: 400, error: "invalid_request", description: "Exactly one token is needed" },
} as const satisfies Record<string, Refusal>;

function refuse(response: ServerResponse, { status, error, description, headers }: Refusal): void {
	for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
	answer(response, status, { error, error_description: description });
}

function answer(response: ServerResponse, status: number, content: unknown): void {
	const body = JSON.stringify(content);
	response.writeHead(status, {
		"content-type": "application/json",
		"content-length": Buffer.byteLength(body),
		"cache-control": "no-store",
	});
	response.end(body);
}
