import type { ServerResponse } from "node:http";
import type { UploadAnswer } from "../device-signing/index.ts";
import { corsHeaders, preflightHeaders } from "../http/index.ts";

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
