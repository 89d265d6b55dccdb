import { isHttpUrl } from "@countersign/protocol";

/** Where a client's addresses may be: on this host or below it, label by label. */
export interface CommonBase {
	readonly host: string;
}

const loopback = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[/?][^#]*)?$/;
const schemeUri =
	/^(?<scheme>[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+):(?!\/\/)[\x21\x24-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]*$/;
const hostName = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?!\d+$)[a-z0-9-]*[a-z0-9]$/;

/**
 * The base that `client_uri` sets. It has to be the https address of a named host: `localhost`, a number or a
 * top-level domain would make strangers neighbours. Refuses with undefined.
 */
export function commonBase(clientUri: string): CommonBase | undefined {
	const host = httpsHost(clientUri);
	return host !== undefined && hostName.test(host) ? { host } : undefined;
}

/** An https address without user information on the base; the port may be any. */
export function isOnBase(uri: string, base: CommonBase): boolean {
	const host = httpsHost(uri);
	return host !== undefined && (host === base.host || host.endsWith(`.${base.host}`));
}

/**
 * Whether the client may receive codes there. Compared as text at every request, so what is let in here is all
 * there will ever be.
 * @see https://spec.matrix.org/v1.17/client-server-api/#redirect-uri-validation
 */
export function isRedirectUri(uri: string, applicationType: "web" | "native", base: CommonBase): boolean {
	if (uri.includes("#")) return false;
	if (isOnBase(uri, base)) return true;
	return applicationType === "native" && (isLoopback(uri) || isPrivateScheme(uri, base));
}

/** Without a port: the app listens on whichever it gets, and any is accepted when it asks. RFC 8252 section 7.3. */
function isLoopback(uri: string): boolean {
	return loopback.test(uri) && isHttpUrl(uri);
}

/** The scheme begins with the base's labels in reverse, so that only its owner can claim it. RFC 8252 section 7.1. */
function isPrivateScheme(uri: string, base: CommonBase): boolean {
	const scheme = schemeUri.exec(uri)?.groups?.scheme;
	if (scheme === undefined || !URL.canParse(uri)) return false;
	const reversed = base.host.split(".").reverse().join(".");
	return scheme === reversed || scheme.startsWith(`${reversed}.`);
}

function httpsHost(uri: string): string | undefined {
	if (!uri.startsWith("https://") || !isHttpUrl(uri)) return undefined;
	return URL.parse(uri)?.hostname;
}
