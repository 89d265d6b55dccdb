import type { IncomingMessage } from "node:http";
import { parseJson } from "@countersign/protocol";
import { utf8 } from "./utf8.ts";

/** `broken-off`: whoever sent it hung up before the end. */
export type BodyRefusal = "too-large" | "encoded" | "broken-off";
export type Body =
	| { readonly ok: true; readonly bytes: Uint8Array<ArrayBuffer> }
	| { readonly ok: false; readonly reason: BodyRefusal };

const formLimit = 64 * 1024;

/**
 * The whole body, at most `limitBytes` of it in memory. Refuses any content encoding: a small body that unpacks
 * into a huge one must not get past the limit, and what was checked must be what is used.
 */
export async function readBody(request: Request, limitBytes: number): Promise<Body> {
	const encoding = request.headers.get("content-encoding");
	if (encoding !== null && encoding.toLowerCase() !== "identity") return { ok: false, reason: "encoded" };
	if (Number(request.headers.get("content-length")) > limitBytes) return { ok: false, reason: "too-large" };
	if (request.body === null) return { ok: true, bytes: new Uint8Array() };
	return collect(request.body, limitBytes);
}

/** The same for node's own requests. */
export async function readIncoming(incoming: IncomingMessage, limitBytes: number): Promise<Body> {
	const encoding = incoming.headers["content-encoding"];
	if (encoding !== undefined && encoding.toLowerCase() !== "identity")
		return { ok: false, reason: "encoded" };
	if (Number(incoming.headers["content-length"]) > limitBytes) return { ok: false, reason: "too-large" };
	// Whoever sent too much is still to be answered.
	return collect(incoming.iterator({ destroyOnReturn: false }), limitBytes);
}

async function collect(body: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Body> {
	const chunks: Uint8Array[] = [];
	let length = 0;
	try {
		for await (const chunk of body) {
			length += chunk.byteLength;
			if (length > limitBytes) return { ok: false, reason: "too-large" };
			chunks.push(chunk);
		}
	} catch {
		// Anybody can hang up, as often as they like: no fault of the server's, and nothing for its log.
		return { ok: false, reason: "broken-off" };
	}
	return { ok: true, bytes: joined(chunks, length) };
}

/** A form as it was sent, names still unknown and values still text. */
export interface Form {
	/** The value under a name; undefined when there is none, or when there are several and none can be trusted. */
	value(name: string): string | undefined;
	/** The same; empty where there is none. */
	text(name: string): string;
	/** Names sent more than once, which OAuth forbids. @see https://www.rfc-editor.org/rfc/rfc6749#section-3.1 */
	readonly repeated: readonly string[];
	readonly names: readonly string[];
}

export type FormBody =
	| { readonly ok: true; readonly form: Form }
	| { readonly ok: false; readonly reason: BodyRefusal | "not-a-form" };

/** Reads `application/x-www-form-urlencoded` in UTF-8 and nothing else; 64 KiB unless told otherwise. */
export async function readForm(request: Request, limitBytes = formLimit): Promise<FormBody> {
	if (mediaType(request) !== "application/x-www-form-urlencoded") return { ok: false, reason: "not-a-form" };
	const body = await readBody(request, limitBytes);
	if (!body.ok) return body;
	const text = utf8(body.bytes);
	return text === undefined ? { ok: false, reason: "not-a-form" } : { ok: true, form: parseForm(text) };
}

/** The fields of a form or query, as text. */
export function parseForm(text: string): Form {
	const fields = new URLSearchParams(text);
	const names = [...new Set(fields.keys())];
	const value = (name: string) => {
		const [first, second] = fields.getAll(name);
		return second === undefined ? first : undefined;
	};
	return {
		names,
		repeated: names.filter((name) => fields.getAll(name).length > 1),
		value,
		text: (name) => value(name) ?? "",
	};
}

export type JsonBody =
	| { readonly ok: true; readonly value: unknown }
	| { readonly ok: false; readonly reason: BodyRefusal | "not-json" };

/** Reads JSON in UTF-8 without byte order mark, whatever its declared type: many apps declare none. */
export async function readJson(request: Request, limitBytes: number): Promise<JsonBody> {
	return jsonIn(await readBody(request, limitBytes));
}

/** The same of a body that was read. */
export function jsonIn(body: Body): JsonBody {
	if (!body.ok) return body;
	const text = utf8(body.bytes);
	const parsed = text === undefined ? undefined : parseJson(text);
	return parsed?.ok ? { ok: true, value: parsed.value } : { ok: false, reason: "not-json" };
}

/** Without parameters, in lower case; empty where none is declared. */
export function mediaType(request: Request): string {
	return (request.headers.get("content-type") ?? "").split(";", 1).join().trim().toLowerCase();
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(length);
	let at = 0;
	for (const chunk of chunks) {
		bytes.set(chunk, at);
		at += chunk.byteLength;
	}
	return bytes;
}
