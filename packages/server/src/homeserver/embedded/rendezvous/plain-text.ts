import { errcodes } from "@countersign/protocol";
import { json, mediaType, readBody } from "../../../http/index.ts";
import { matrixError } from "../../../matrix-api/index.ts";
import type { Endpoint, Visit } from "../endpoint.ts";
import { type Admission, full, notFound, refusePage } from "./admission.ts";
import { bounds, type Payload, type Places } from "./places.ts";

const path = "_matrix/client/unstable/org.matrix.msc4108/rendezvous";

/**
 * Places to meet with payloads as plain text, named by ETag: the form of 2024, which most apps speak. Nobody has to be
 * signed in. Refuses with 400 M_MISSING_PARAM or M_INVALID_PARAM, 404 M_NOT_FOUND, 412, 413 M_TOO_LARGE and 429.
 * @see https://github.com/matrix-org/matrix-spec-proposals/blob/0b315f543/proposals/4108-oidc-qr-login.md#insecure-rendezvous-session
 */
export function plainTextEndpoints({
	places,
	admission,
	publicBase,
}: {
	readonly places: Places;
	readonly admission: Admission;
	/** With a trailing slash. */
	readonly publicBase: string;
}): Endpoint[] {
	const one = [`/${path}/:id`];
	return [
		{
			method: "POST",
			paths: [`/${path}`],
			takes: "no-token",
			answer: async (visit) => {
				const refusal = await admission.toOpen(visit);
				if (refusal !== undefined) return refusal;
				const read = await readText(visit.request);
				if (!read.ok) return read.answer;
				const opened = await places.open(read.bytes);
				if (opened === undefined) return full();
				return json(201, { url: `${publicBase}${path}/${opened.id}` }, headersOf(opened.payload));
			},
		},
		{
			method: "GET",
			paths: one,
			takes: "no-token",
			answer: async ({ request, param }) => {
				const refusal = refusePage(request);
				if (refusal !== undefined) return refusal;
				const payload = await places.read(param("id"));
				if (payload === undefined) return notFound();
				const headers = headersOf(payload);
				if (tagIn(request.headers.get("if-none-match")) === payload.token)
					return new Response(null, { status: 304, headers });
				return new Response(payload.bytes, { headers: { ...headers, ...asText } });
			},
		},
		{
			method: "PUT",
			paths: one,
			takes: "no-token",
			answer: (visit) => replace({ places, admission }, visit),
		},
		{
			method: "DELETE",
			paths: one,
			takes: "no-token",
			answer: async (visit) => {
				const refusal = await admission.toWrite(visit);
				if (refusal !== undefined) return refusal;
				return (await places.close(visit.param("id"))) ? new Response(null, { status: 204 }) : notFound();
			},
		},
	];
}

async function replace(
	{ places, admission }: { readonly places: Places; readonly admission: Admission },
	visit: Visit,
): Promise<Response> {
	const refusal = await admission.toWrite(visit);
	if (refusal !== undefined) return refusal;
	const read = await readText(visit.request);
	if (!read.ok) return read.answer;
	const sent = visit.request.headers.get("if-match");
	if (sent === null) return matrixError(400, errcodes.missingParam, "If-Match is missing");
	const token = tagIn(sent);
	if (token === undefined) return matrixError(400, errcodes.invalidParam, "If-Match must be one ETag");
	const outcome = await places.replace(visit.param("id"), token, read.bytes);
	if (outcome.ok)
		return new Response(null, { status: 202, headers: { ...headersOf(outcome.payload), ...asText } });
	if (outcome.reason === "not-found") return notFound();
	const changed = matrixError(412, errcodes.unknown, "Another device wrote in between", {
		"org.matrix.msc4108.errcode": "M_CONCURRENT_WRITE",
	});
	for (const [name, value] of Object.entries(headersOf(outcome.payload))) changed.headers.set(name, value);
	return changed;
}

/** Never to be run or shown, whatever a stranger wrote. Without a charset: apps compare the whole value. */
const asText = {
	"content-type": "text/plain",
	"x-content-type-options": "nosniff",
	"content-security-policy": "sandbox; default-src 'none'",
} as const;

function headersOf({ token, modifiedAt, expiresAt }: Payload) {
	return {
		etag: `"${token}"`,
		expires: new Date(expiresAt).toUTCString(),
		"last-modified": new Date(modifiedAt).toUTCString(),
		"cache-control": "no-store, no-transform",
		pragma: "no-cache",
	} as const;
}

/** One tag. Proxies that compress make a weak one of it; it still names one payload, for no two have the same. */
function tagIn(header: string | null): string | undefined {
	return /^(?:W\/)?"([A-Za-z0-9_-]{1,64})"$/.exec(header ?? "")?.[1];
}

async function readText(
	request: Request,
): Promise<
	{ readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly answer: Response }
> {
	const refused = (status: number, errcode: string, error: string) =>
		({ ok: false, answer: matrixError(status, errcode, error) }) as const;
	const type = mediaType(request);
	if (type === "") return refused(400, errcodes.missingParam, "Content-Type is missing");
	if (type !== "text/plain") return refused(400, errcodes.invalidParam, "Content-Type must be text/plain");
	const body = await readBody(request, bounds.payloadBytes);
	if (body.ok) return body;
	return body.reason === "too-large"
		? refused(413, errcodes.tooLarge, `A payload may have at most ${bounds.payloadBytes} bytes`)
		: refused(400, errcodes.invalidParam, "The payload cannot be read");
}
