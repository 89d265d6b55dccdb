import { safeText } from "./safe-text.ts";

/** What the browser or app calls itself: a claim, cleaned and cut to 256 characters. */
export function userAgent(request: Request): string | undefined {
	return userAgentOf(request.headers.get("user-agent"));
}

/** The same from the header's text. */
export function userAgentOf(header: string | null | undefined): string | undefined {
	const claim = safeText(header ?? "", 256);
	return claim === "" ? undefined : claim;
}
