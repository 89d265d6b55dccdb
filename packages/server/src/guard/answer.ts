import type { ServerResponse } from "node:http";
import { errcodes } from "@countersign/protocol";
import type { UploadAnswer } from "../device-signing/index.ts";
import { corsHeaders, preflightHeaders } from "../http/index.ts";
import { tokenRefusals } from "../matrix-api/index.ts";
import type { Said } from "./ports.ts";

/** Nobody else sets it: an upload that is answered without it did not pass the guard. */
export const guarded = { "x-countersign-guard": "1" } as const;

/** Answers with JSON that scripts of any origin may read and no cache keeps. */
export function send(outgoing: ServerResponse, { status, body, headers }: UploadAnswer): void {
	const text = JSON.stringify(body);
	outgoing.writeHead(status, {
		...corsHeaders,
		...guarded,
		"content-type": "application/json",
		"content-length": Buffer.byteLength(text),
		"cache-control": "no-store",
		...headers,
	});
	outgoing.end(text);
}

export function sendPreflight(outgoing: ServerResponse, methods: readonly string[]): void {
	outgoing.writeHead(204, { ...preflightHeaders(methods), ...guarded }).end();
}

/** What the homeserver said, as it said it. */
export function passed({ status, body, retryAfter }: Said): UploadAnswer {
	return { status, body, ...(retryAfter !== undefined && { headers: { "retry-after": retryAfter } }) };
}

export function refused(reason: keyof typeof tokenRefusals): UploadAnswer {
	return { status: 401, body: tokenRefusals[reason] };
}

export function wrongMethod(methods: readonly string[]): UploadAnswer {
	return {
		status: 405,
		body: { errcode: errcodes.unrecognized, error: "This endpoint does not know this method" },
		headers: { allow: [...methods, "OPTIONS"].join(", ") },
	};
}

/** Two readers could take two values. */
export const twice: UploadAnswer = {
	status: 400,
	body: { errcode: errcodes.invalidParam, error: "A parameter of the query is there twice" },
};
