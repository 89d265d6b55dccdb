import { oauthError } from "../../http/index.ts";

/** An answer that says when to ask again. */
export function throttled(why: string, waitMs: number): Response {
	const response = oauthError(429, "temporarily_unavailable", why);
	response.headers.set("retry-after", String(Math.ceil(waitMs / 1000)));
	return response;
}
