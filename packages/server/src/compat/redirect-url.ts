type RedirectUrl =
	| { readonly ok: true; readonly href: string }
	/** `missing` or sent twice; `dangerous`: a browser would run or show it instead of going there. */
	| { readonly ok: false; readonly reason: "missing" | "not-a-url" | "dangerous" };

const longest = 4096;
const parameter = "loginToken";
const web = ["http:", "https:"];
/** What browsers run, show, or give to a program that is no app waiting for a token. */
const refused = [
	...["about:", "blob:", "data:", "file:", "filesystem:", "ftp:", "intent:", "javascript:", "mailto:"],
	...["sms:", "tel:", "vbscript:", "view-source:", "ws:", "wss:"],
];
/** Browsers that open a website under a name of their own: the page would name the browser, and not the website. */
const browsers = [
	"brave:",
	"chrome:",
	"firefox:",
	"firefox-focus:",
	"googlechrome:",
	"googlechromes:",
	"microsoft-edge:",
];

/**
 * Where an app asks to be returned to: a web address, or a scheme of the app's own. No list of known apps stands behind
 * it, so the person is shown where it leads.
 * @param values of `redirectUrl` in the query; of two, none can be trusted
 */
export function parseRedirectUrl(values: readonly string[]): RedirectUrl {
	const [text, second] = values;
	if (text === undefined || text === "" || second !== undefined) return { ok: false, reason: "missing" };
	if (text.length > longest || !URL.canParse(text)) return { ok: false, reason: "not-a-url" };
	const url = new URL(text);
	// Credentials are there to make one address look like another.
	if (url.username !== "" || url.password !== "" || hasUserinfo(url))
		return { ok: false, reason: "dangerous" };
	if (refused.includes(url.protocol)) return { ok: false, reason: "dangerous" };
	if (!web.includes(url.protocol) && opensWebsite(url)) return { ok: false, reason: "dangerous" };
	if (web.includes(url.protocol) && url.hostname === "") return { ok: false, reason: "not-a-url" };
	return { ok: true, href: url.href };
}

/** In schemes of apps nobody takes an `@` before the path apart for us. */
function hasUserinfo(url: URL): boolean {
	return /^\/*[^/?#]*@/.test(url.href.slice(url.protocol.length));
}

/** Whether the scheme only says with what a website is opened, like `microsoft-edge:https://` and `x-safari-https://`. */
function opensWebsite(url: URL): boolean {
	if (browsers.includes(url.protocol) || /-https?:$/.test(url.protocol)) return true;
	const rest = url.href.slice(url.protocol.length);
	const decoded = rest.replaceAll(/%[0-7][0-9a-f]/gi, (octet) => decodeURIComponent(octet));
	return /^[\s/]*https?:/i.test(decoded);
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
