const noStore = { "cache-control": "no-store" } as const;

/** What lets scripts of any origin read an answer. @see withCors */
export const corsHeaders = {
	"access-control-allow-origin": "*",
	"access-control-allow-headers":
		"X-Requested-With, Content-Type, Authorization, Accept, Accept-Language, Content-Language, If-Match, If-None-Match",
	"access-control-expose-headers": "ETag, Retry-After, WWW-Authenticate",
} as const;

/** A JSON answer that no cache keeps. */
export function json(status: number, body: unknown, headers?: Readonly<Record<string, string>>): Response {
	return new Response(JSON.stringify(body), {
		status,
		headers: { "content-type": "application/json", ...noStore, ...headers },
	});
}

/** The error body of the OAuth endpoints. @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
export function oauthError(status: number, error: string, description: string): Response {
	return json(status, { error, error_description: description }, { pragma: "no-cache" });
}

/**
 * Lets scripts of any origin read the answer. Only for endpoints that know their caller by a token in a header:
 * never for pages, which know theirs by a cookie. Errors need it too, or apps see a network failure.
 * @see https://spec.matrix.org/v1.17/client-server-api/#web-browser-clients
 */
export function withCors(response: Response): Response {
	for (const [name, value] of Object.entries(corsHeaders)) {
		response.headers.set(name, value);
	}
	return response;
}

/** The answer to `OPTIONS`; runs no logic. */
export function preflight(methods: readonly string[]): Response {
	return new Response(null, { status: 204, headers: preflightHeaders(methods) });
}

export function preflightHeaders(methods: readonly string[]): Readonly<Record<string, string>> {
	return {
		...corsHeaders,
		"access-control-allow-methods": [...methods, "OPTIONS"].join(", "),
		"access-control-max-age": "3600",
	};
}

/** Sends the browser on by GET, with the address relative to this server: no header of the request decides the host. */
export function seeOther(location: string, headers?: readonly (readonly [string, string])[]): Response {
	const response = new Response(null, { status: 303, headers: { location, ...noStore } });
	for (const [name, value] of headers ?? []) {
		response.headers.append(name, value);
	}
	return response;
}
