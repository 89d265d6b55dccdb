/**
 * The token of an `Authorization: Bearer` header. Two such headers arrive joined by a comma and a space, and no token
 * holds a space.
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 */
export function bearerIn(authorization: string | null | undefined): string | undefined {
	return /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? "")?.[1];
}

/**
 * The one token with which a request says who sent it. Undefined where there is none, and where there could be two: a
 * second header, or one in the query. Readers differ in which of two they take, so that what we checked might not be
 * what the next one uses; and a token in an address ends in logs and histories, so that even alone it is refused.
 */
export function bearerOf({
	authorization,
	url,
}: {
	readonly authorization: string | null | undefined;
	readonly url: string;
}): string | undefined {
	return hasTokenInQuery(url) ? undefined : bearerIn(authorization);
}

function hasTokenInQuery(url: string): boolean {
	const query = url.indexOf("?");
	return query >= 0 && new URLSearchParams(url.slice(query + 1)).has("access_token");
}
