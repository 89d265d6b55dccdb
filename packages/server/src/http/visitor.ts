import { safeText } from "./html.ts";

/** What the browser or app calls itself: a claim, cleaned and cut to 256 characters. */
export function userAgent(request: Request): string | undefined {
	const claim = safeText(request.headers.get("user-agent") ?? "", 256);
	return claim === "" ? undefined : claim;
}
