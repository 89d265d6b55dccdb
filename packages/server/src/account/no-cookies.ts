import { say } from "../words/index.ts";

/**
 * Whether nothing came back of the cookie that every page with a form sets: the browser refuses cookies, or they were
 * cleared since.
 */
export function sentNoCookie(request: Pick<Request, "headers">): boolean {
	return request.headers.get("cookie") === null;
}

/** Said instead of "expired", which would be so again and again. */
export const noCookies = {
	status: 403,
	title: say("problems.no-cookies"),
	text: say("problems.no-cookies-text"),
} as const;
