import type { Throttled } from "@countersign/core";
import { errcodes, isRecord, type MatrixErrorBody, type Parsed, refuse } from "@countersign/protocol";
import type { Random } from "../../config/ports.ts";
import { json } from "../../http/index.ts";
import { matrixError } from "../../matrix-api/index.ts";
import type { Call } from "./endpoint.ts";
import type { ClientDataUnit, JsonObject, KeysUnit } from "./ports.ts";

/** What the endpoints for account data, messages, sync, backups, filters and profiles need. */
export interface ClientDataDeps {
	readonly storage: ClientDataStorage;
	readonly serverName: string;
	readonly clock: () => number;
	readonly random: Pick<Random, "token">;
}

/** To read; an endpoint writes by its call. */
export interface ClientDataStorage {
	readonly read: ClientDataUnit &
		Pick<KeysUnit, "stream" | "keyChanges" | "devices" | "oneTimeKeys" | "fallbackKeys">;
}

/** A name chosen by an app: an event type, a transaction, a room or a session. */
const longestNameBytes = 255;

/** Refuses with M_INVALID_PARAM what is empty or longer than 255 bytes. */
export function checkName(what: string, name: string): Parsed<string> {
	const bytes = Buffer.byteLength(name);
	if (bytes > 0 && bytes <= longestNameBytes) return { ok: true, value: name };
	return refuse(errcodes.invalidParam, `${what} must have 1 to ${longestNameBytes} bytes`);
}

/** Refuses with M_BAD_JSON whatever is no object. */
export function parseObject(what: string, value: unknown): Parsed<JsonObject> {
	return isRecord(value) ? { ok: true, value } : refuse(errcodes.badJson, `${what} must be an object`);
}

/** The answer to a request that a parser refused. */
export function refused(refusal: MatrixErrorBody): Response {
	return json(refusal.errcode === errcodes.tooLarge ? 413 : 400, refusal);
}

/** An answer for paths with a `userId` that must be the caller's own: everybody else's data is out of reach. */
export function own<Body>(answer: (call: Call<Body>) => Promise<Response>) {
	return (call: Call<Body>): Response | Promise<Response> =>
		call.param("userId") === call.caller.userId
			? answer(call)
			: matrixError(403, errcodes.forbidden, "This belongs to another user");
}

/** An app takes things away more often than any does on the way to a reset. */
export function tooOften({ retryAfterMs }: Throttled): Response {
	const error = "Backups and secrets of this account are removed too often";
	return matrixError(429, errcodes.limitExceeded, error, { retry_after_ms: retryAfterMs });
}
