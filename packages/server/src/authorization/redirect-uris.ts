import { isHttpUrl } from "@countersign/protocol";
import { isPublicSuffix } from "./public-suffix.ts";

/** Where a client's addresses may be: on this host or below it, label by label. */
export interface CommonBase {
	readonly host: string;
	/** A client of somebody who tries things out on this machine, over http. */
	readonly isLoopback?: true;
}

type ApplicationType = "web" | "native";

const loopback = /^http:\/\/(?<host>localhost|127\.0\.0\.1|\[::1\])(?::[1-9]\d{0,4})?(?:[/?][^#]*)?$/;
const schemeUri =
	/^(?<scheme>[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+):(?!\/\/)[\x21\x24-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]*$/;
const hostName = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?!\d+$)[a-z0-9-]*[a-z0-9]$/;

/** What `client_uri` has to be, in words for whoever writes an app. */
export const baseRule =
	"must be the https address of a named host, without user information, and not of a suffix under which anybody can have a name";

/**
 * The base that `client_uri` sets. It has to be the https address of a named host: `localhost`, a number, a top-level
 * domain or another public suffix, like `github.io`, would make strangers neighbours: whoever has a name below it could
 * receive the codes of an app that calls itself by it. Refuses with undefined.
 * @see https://publicsuffix.org/list/
 * @param onLoopback this server itself is reached on the person's own machine alone: there http and loopback hosts do
 */
export function commonBase(clientUri: string, { onLoopback }: ServerPlace): CommonBase | undefined {
	if (onLoopback && isLoopback(clientUri)) return { host: loopbackHost(clientUri) ?? "", isLoopback: true };
	const host = httpsHost(clientUri);
	return host !== undefined && hostName.test(host) && !isPublicSuffix(host) ? { host } : undefined;
}

/** Where this server is. */
export interface ServerPlace {
	readonly onLoopback: boolean;
}

/** An address without user information on the base, over https where the base is no loopback host; the port may be any. */
export function isOnBase(uri: string, base: CommonBase): boolean {
	if (base.isLoopback) return isLoopback(uri) && loopbackHost(uri) === base.host;
	const host = httpsHost(uri);
	return host !== undefined && (host === base.host || host.endsWith(`.${base.host}`));
}

/**
 * Why the client may not receive codes there, in words for whoever writes it; undefined where it may. Compared as text
 * at every request, the port of a loopback address apart, so what is let in here is all there will ever be.
 * @see https://spec.matrix.org/v1.17/client-server-api/#redirect-uri-validation
 */
export function redirectRule(
	uri: string,
	applicationType: ApplicationType,
	{ base, onLoopback }: ServerPlace & { readonly base: CommonBase },
): string | undefined {
	if (uri.includes("#")) return "must have no fragment";
	if (isOnBase(uri, base)) return undefined;
	if (onLoopback && isLoopback(uri)) return undefined;
	if (applicationType === "native" && (isLoopback(uri) || isPrivateScheme(uri, base))) return undefined;
	const onBase = `must be an https address on ${base.host}, the host of client_uri, or below it`;
	if (applicationType === "web") return onBase;
	return `${onBase}, an http address on localhost, 127.0.0.1 or [::1], or begin with ${reversed(base)} like ${reversed(base)}:/callback`;
}

/** With a port or without: the app listens on whichever it gets, and any is accepted when it asks. RFC 8252 section 7.3. */
function isLoopback(uri: string): boolean {
	return loopback.test(uri) && isHttpUrl(uri);
}

function loopbackHost(uri: string): string | undefined {
	return loopback.exec(uri)?.groups?.host;
}

/** The scheme begins with the base's labels in reverse, so that only its owner can claim it. RFC 8252 section 7.1. */
function isPrivateScheme(uri: string, base: CommonBase): boolean {
	const scheme = schemeUri.exec(uri)?.groups?.scheme;
	if (scheme === undefined || !URL.canParse(uri)) return false;
	return scheme === reversed(base) || scheme.startsWith(`${reversed(base)}.`);
}

function reversed({ host }: CommonBase): string {
	return host.split(".").reverse().join(".");
}

function httpsHost(uri: string): string | undefined {
	if (!uri.startsWith("https://") || !isHttpUrl(uri)) return undefined;
	return URL.parse(uri)?.hostname;
}
