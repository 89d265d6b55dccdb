import { isRecord, isStringArray, member } from "@countersign/protocol";
import { CountersignClientError, clientErrorCode, isClientError } from "./errors.ts";
import { malformedAnswer, type RequestOptions, readJson, send, unexpectedStatus } from "./transport.ts";
import { below, parseHttpUrl } from "./urls.ts";

/**
 * Asks a server name for its well-known document. Redirects are followed, as the specification asks.
 *
 * @param serverName the part of a Matrix user id after its first colon
 * @throws `network`, `aborted`
 * @see Matrix specification v1.17, Client-Server API, "Well-known URIs"
 */
export function wellKnownRequest(serverName: string, options?: RequestOptions): Promise<Response> {
	return send(`https://${serverName}/.well-known/matrix/client`, { redirect: "follow" }, options);
}

/**
 * Judges the well-known answer.
 *
 * @returns the homeserver's base URL, or `undefined` for 404: the name says nothing, so its own host is meant
 * @throws `no-homeserver` for every other answer that gives no https base URL, `network`
 */
export async function processWellKnownResponse(response: Response): Promise<string | undefined> {
	const body = await readJson(response);
	if (response.status === 404) return undefined;
	const homeserver = isRecord(body) ? member(body, "m.homeserver") : undefined;
	const baseUrl = isRecord(homeserver) ? member(homeserver, "base_url") : undefined;
	if (response.status !== 200 || typeof baseUrl !== "string") throw noHomeserver(response.status);
	// The document itself came over https: a downgrade can only be a mistake or an attack.
	if (parseHttpUrl(baseUrl, { plainHttp: false }) === undefined) throw noHomeserver(response.status);
	return baseUrl;
}

/** What a homeserver says it can do. Feature-detect where possible: servers serve more than they list. */
export interface HomeserverVersions {
	readonly versions: readonly string[];
	readonly unstableFeatures: Readonly<Record<string, boolean>>;
}

/** Asks whether a homeserver is there. @throws `network`, `aborted` @see `GET /_matrix/client/versions` */
export function versionsRequest(homeserver: string, options?: RequestOptions): Promise<Response> {
	return send(below(homeserver, "/_matrix/client/versions"), {}, options);
}

/** Judges the versions answer. @throws `http-status`, `rate-limited`, `malformed-answer`, `network` */
export async function processVersionsResponse(response: Response): Promise<HomeserverVersions> {
	const body = await readJson(response);
	if (response.status !== 200) throw unexpectedStatus(response, body);
	const versions = isRecord(body) ? member(body, "versions") : undefined;
	if (!isRecord(body) || !isStringArray(versions)) throw malformedAnswer(response, "no list of versions");
	const features = member(body, "unstable_features");
	const flags = isRecord(features) ? Object.entries(features) : [];
	const booleans = flags.filter((flag): flag is [string, boolean] => typeof flag[1] === "boolean");
	return { versions, unstableFeatures: Object.fromEntries(booleans) };
}

/** Where the homeserver is, and what it can do. */
export interface DiscoveredHomeserver extends HomeserverVersions {
	/** Base URL, as the well-known document writes it. */
	readonly homeserver: string;
}

/**
 * Finds the homeserver somebody means, and makes sure that one answers there. Meant for signing in: keep the
 * result with the session instead of asking again.
 *
 * @param server a server name (`example.org`), a user id (`@alice:example.org`), or a base URL, which is taken
 * as it is and may be plain http
 * @throws `no-homeserver` with the reason as `cause`, `network`, `aborted`; `TypeError` for an unusable name
 * @see Matrix specification v1.17, Client-Server API, "Server Discovery"
 */
export async function discoverHomeserver(
	server: string,
	options?: RequestOptions,
): Promise<DiscoveredHomeserver> {
	const homeserver = server.includes("://") ? checkBaseUrl(server) : await lookUp(server, options);
	try {
		const answer = await versionsRequest(homeserver, options);
		return { homeserver, ...(await processVersionsResponse(answer)) };
	} catch (cause) {
		if (isClientError(cause, clientErrorCode.network) || isClientError(cause, clientErrorCode.aborted))
			throw cause;
		throw noHomeserver(undefined, cause);
	}
}

function checkBaseUrl(text: string): string {
	const url = parseHttpUrl(text, { plainHttp: true });
	if (url === undefined || url.search !== "" || url.hash !== "") throw new TypeError("not a usable base URL");
	return text;
}

async function lookUp(server: string, options?: RequestOptions): Promise<string> {
	const serverName = server.startsWith("@") ? server.slice(server.indexOf(":") + 1) : server;
	// A name that smuggles a path or credentials would send the request somewhere nobody reads in it.
	const url = parseHttpUrl(`https://${serverName}`, { plainHttp: false });
	if (url === undefined || url.pathname !== "/" || /[/?#]/.test(serverName)) {
		throw new TypeError("not a usable server name");
	}
	return (
		(await processWellKnownResponse(await wellKnownRequest(serverName, options))) ?? `https://${serverName}`
	);
}

function noHomeserver(status?: number, cause?: unknown): CountersignClientError {
	const details = cause === undefined ? { status } : { status, cause };
	return new CountersignClientError(clientErrorCode.noHomeserver, "no usable homeserver found", details);
}
