type RedirectUrl =
	| { readonly ok: true; readonly href: string }
	/** `missing` or sent twice; `dangerous`: a browser would run or show it instead of going there. */
	| { readonly ok: false; readonly reason: "missing" | "not-a-url" | "dangerous" };

const longest = 4096;
const parameter = "loginToken";
const web = ["http:", "https:"];
/**
 * Schemes of Matrix apps that are one word. All others have to be a name in reverse, like `com.example.app`: a single
 * word may be anything that an operating system or a browser does something with (`search-ms`, `ms-word`, `shell`,
 * `intent`), and new ones come with every program. RFC 8252 section 7.1.
 */
const knownApps = ["element", "riot", "schildichat", "syphon"];
const reversedName = /^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+$/;

/**
 * Where an app asks to be returned to: a web address, or a scheme of the app's own. Anybody may have made the link, so
 * the person is shown where it leads.
 * @param values of `redirectUrl` in the query; of two, none can be trusted
 */
export function parseRedirectUrl(values: readonly string[]): RedirectUrl {
	const [text, second] = values;
	if (text === undefined || text === "" || second !== undefined) return { ok: false, reason: "missing" };
	if (text.length > longest || !URL.canParse(text)) return { ok: false, reason: "not-a-url" };
	const url = new URL(text);
	if (hasUserinfo(url)) return { ok: false, reason: "dangerous" };
	if (!web.includes(url.protocol) && !isApp(url)) return { ok: false, reason: "dangerous" };
	if (web.includes(url.protocol) && url.hostname === "") return { ok: false, reason: "not-a-url" };
	return { ok: true, href: url.href };
}

/**
 * Credentials are there to make one address look like another. In schemes of apps nobody takes an `@` before the path
 * apart for us, and those of the web are written out with theirs.
 */
function hasUserinfo(url: URL): boolean {
	return /^\/*[^/?#]*@/.test(url.href.slice(url.protocol.length));
}

/** Whether the scheme is that of an app, and the rest is not the address of a website that it should open instead. */
function isApp({ href, protocol }: URL): boolean {
	const scheme = protocol.slice(0, -1);
	if (!knownApps.includes(scheme) && !reversedName.test(scheme)) return false;
	const rest = href.slice(protocol.length);
	const decoded = rest.replaceAll(/%[0-7][0-9a-f]/gi, (octet) => decodeURIComponent(octet));
	return !/^[\s/]*https?:/i.test(decoded);
}

/** The address with the login token: earlier ones are taken out, everything else stays as it is. */
export function withLoginToken(href: string, token: string): string {
	const url = new URL(href);
	const others = url.search
		.slice(1)
		.split("&")
		.filter((part) => part !== "" && !new URLSearchParams(part).has(parameter));
	url.search = [...others, `${parameter}=${encodeURIComponent(token)}`].join("&");
	return url.href;
}

/** Where the person's browser, and with it the access to their account, would go. */
export type RedirectSite =
	| { readonly kind: "website"; readonly origin: string }
	| { readonly kind: "this-machine"; readonly host: string }
	| { readonly kind: "app"; readonly scheme: string };

/** Hosts are in ASCII, so that letters of other scripts cannot imitate a known name. */
export function redirectSite(href: string): RedirectSite {
	const { protocol, host, hostname, origin } = new URL(href);
	if (!web.includes(protocol)) return { kind: "app", scheme: protocol };
	return isLoopback(hostname) ? { kind: "this-machine", host } : { kind: "website", origin };
}

/** What CSP `form-action` has to name beside 'self', or browsers block the way back to the app: an origin, or `scheme:`. */
export function redirectTarget(href: string): string {
	const { protocol, origin } = new URL(href);
	return web.includes(protocol) ? origin : protocol;
}

/** Whether the token would travel in clear. */
export function isPlainHttp(site: RedirectSite): boolean {
	return site.kind === "website" && site.origin.startsWith("http:");
}

function isLoopback(hostname: string): boolean {
	return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d+){3}$/.test(hostname);
}
