const home = "/account/";
const prefixes = ["/account/", "/interaction/", "/link/"];
/** Encoded `.`, `/`, `\`, `%` and control characters: a proxy may decode once more than we do. */
const encodedTricks = /%(?:2e|2f|5c|25|[01][0-9a-f]|7f)/i;

/**
 * Where to go after signing in: a path of this server below the known prefixes, its query kept. Anything else
 * becomes the account's home, so that a link to our sign-in cannot lead to somebody else's page.
 */
export function safeNext(text: string | undefined): string {
	if (text === undefined || text.length > 4096) return home;
	if (!/^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/.test(text) || !URL.canParse(text, "http://server.invalid"))
		return home;
	const url = new URL(text, "http://server.invalid");
	if (url.host !== "server.invalid" || url.pathname.includes("//") || encodedTricks.test(url.pathname))
		return home;
	if (url.pathname === "/account") return `${home}${url.search}`;
	const isKnown = url.pathname === "/link" || prefixes.some((prefix) => url.pathname.startsWith(prefix));
	return isKnown ? `${url.pathname}${url.search}` : home;
}
