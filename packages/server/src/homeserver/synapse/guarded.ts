import {
	type ForwardAnswer,
	type ForwardedCaller,
	type GuardedHomeserver,
	HomeserverUnavailable,
	type NewKey,
	type StoreAnswer,
} from "@countersign/core";
import { errcodes, type MatrixErrorBody, parseMatrixError, parseUiaChallenge } from "@countersign/protocol";
import type { ForwardForeign, HandOn } from "../../guard/ports.ts";
import { scrubbedWords } from "../../log/index.ts";
import { NoAnswer } from "../../outbound/index.ts";
import { type AskClientApi, type ClientAnswer, unavailable } from "./client-api.ts";
import { heldKeys, queryOwnKeys } from "./held-keys.ts";

/** The one path that keys are ever sent to. */
const uploadPath = "/_matrix/client/v3/keys/device_signing/upload";
const forwardTimeoutMs = 30_000;
const storeTimeoutMs = 20_000;

const slotNames = {
	master: "master_key",
	self_signing: "self_signing_key",
	user_signing: "user_signing_key",
} as const;

/**
 * Synapse behind the guard. Countersign is one of its application services, which may write keys without asking; every
 * other upload Synapse itself refuses, whatever way it comes.
 * @param asToken the application service's, towards Synapse
 * @see https://spec.matrix.org/v1.17/application-service-api/#identity-assertion
 */
export function createGuardedSynapse(ask: AskClientApi, asToken: string): GuardedHomeserver {
	return {
		look: async (userId) => heldKeys(await queryOwnKeys(ask, asToken, userId)),

		async store(userId, keys) {
			const upload = { query: { user_id: userId }, accessToken: asToken, timeoutMs: storeTimeoutMs };
			try {
				return storeAnswer(await ask({ method: "POST", path: uploadPath, body: bodyOf(keys), ...upload }));
			} catch (error) {
				if (error instanceof HomeserverUnavailable && hasNotLeft(error.cause)) return { answer: "not-sent" };
				throw error;
			}
		},

		forward: async (caller, keys) =>
			forwardAnswer(
				await ask({
					...{ method: "POST", path: uploadPath, body: bodyOf(keys), timeoutMs: forwardTimeoutMs },
					...{ accessToken: caller.accessToken, headers: headersOf(caller) },
				}),
			),
	};
}

/** So many are under way at once: anybody can invent a token, and a slow Synapse must not cost us every connection. */
const foreignAtOnce = 32;

/** Uploads with tokens that we did not hand out: Synapse answers them, and its answer is handed back as it is. */
export function createForeignUploads(ask: AskClientApi): ForwardForeign {
	let underWay = 0;
	return async ({ accessToken, query, keys, ...caller }) => {
		if (underWay >= foreignAtOnce) return tooMany;
		underWay += 1;
		try {
			return await ask({
				...{ method: "POST", path: uploadPath, query, body: keys, timeoutMs: forwardTimeoutMs },
				...{ accessToken, headers: headersOf(caller) },
			});
		} finally {
			underWay -= 1;
		}
	};
}

/** What the guard hands on in a caller's own name: Synapse answers it, and its answer is handed back as it is. */
export function createHandOn(ask: AskClientApi): HandOn {
	let foreign = 0;
	return async ({ isOwn, method, path, query, body, accessToken, ...caller }) => {
		if (!isOwn && foreign >= foreignAtOnce) return tooMany;
		foreign += isOwn ? 0 : 1;
		try {
			return await ask({
				...{ method, path, accessToken, headers: headersOf(caller), timeoutMs: forwardTimeoutMs },
				...(query !== undefined && { query }),
				...(body !== undefined && { body }),
				// Each makes a version of its own.
				repeatable: method !== "POST",
			});
		} finally {
			foreign -= isOwn ? 0 : 1;
		}
	};
}

const tooMany = {
	status: 429,
	body: { errcode: errcodes.limitExceeded, error: "Too many uploads at once", retry_after_ms: 5_000 },
	retryAfter: "5",
} as const;

/**
 * Synapse shows people when and from where each device was last used. The scheme is what it assumes where none is named,
 * but then with a warning in its log.
 */
function headersOf(caller: Pick<ForwardedCaller, "address" | "userAgent">): Readonly<Record<string, string>> {
	const { address, userAgent } = caller;
	return {
		...(address !== undefined && { "x-forwarded-for": address, "x-forwarded-proto": "https" }),
		...(userAgent !== undefined && { "user-agent": userAgent.replaceAll(/[^\x20-\x7e]/g, "?") }),
	};
}

function hasNotLeft(cause: unknown): boolean {
	return cause instanceof NoAnswer && !cause.mayHaveArrived;
}

function bodyOf(keys: readonly NewKey[]): Readonly<Record<string, unknown>> {
	return Object.fromEntries(keys.map(({ slot, object }) => [slotNames[slot], object]));
}

function storeAnswer({ status, body }: ClientAnswer): StoreAnswer {
	if (status === 200 && parseMatrixError(body) === undefined) return { answer: "stored" };
	if (parseUiaChallenge(body) !== undefined)
		return { answer: "refused", reason: "Synapse asks for an approval: it is older than 1.139" };
	const error = matrixError(status, body);
	// It is kept with the request: what repeats what it was sent would have our own token kept.
	const reason = `${scrubbedWords(error.errcode)}: ${scrubbedWords(error.error)}`;
	if (status === 500) return { answer: "broke", reason };
	// A token that is not known, and too many requests, say nothing about the keys.
	if (status < 400 || status > 499 || status === 401 || status === 429)
		throw unavailable(`an approved upload was answered with ${status} ${reason}`);
	return { answer: "refused", reason };
}

function forwardAnswer({ status, body, retryAfter }: ClientAnswer): ForwardAnswer {
	if (status === 200 && parseMatrixError(body) === undefined) return { answer: "stored" };
	if (status === 401 && parseUiaChallenge(body) !== undefined) return { answer: "approval-needed" };
	const passedOn = {
		status,
		body: matrixError(status, body),
		...(retryAfter !== undefined && { retryAfter }),
	};
	if (status < 400) throw unavailable(`an upload was answered with ${status}`);
	return { answer: "passed-on", passedOn };
}

/** What is no Matrix error comes from somebody in between, and says nothing. */
function matrixError(status: number, body: ClientAnswer["body"]): MatrixErrorBody {
	const error = parseMatrixError(body);
	if (error === undefined) throw unavailable(`${status} without an error code`);
	return error;
}
