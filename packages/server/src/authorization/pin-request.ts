import type { IncomingMessage } from "node:http";

/**
 * Makes the engine see the public address and nothing a sender wrote: it builds addresses from Host and
 * X-Forwarded-*, and an answer that repeats a forged one sends people and homeservers elsewhere.
 * JSON is asked for at the token endpoint whatever the client accepts: an HTML error means nothing to it.
 * False for a request whose target is not a path: it must not go on.
 */
export function pinRequest(request: IncomingMessage, publicBase: string): boolean {
	if (request.url === undefined || !/^\/(?!\/)/.test(request.url)) return false;
	const base = new URL(publicBase);
	for (const name of Object.keys(request.headers))
		if (name.startsWith("x-forwarded-") || name === "forwarded") delete request.headers[name];
	request.headers.host = base.host;
	request.headers["x-forwarded-proto"] = base.protocol.slice(0, -1);
	if (request.url.startsWith("/oauth2/")) request.headers.accept = "application/json";
	return true;
}

const enginePath = /^\/(?:authorize|oauth2\/token|oauth2\/keys\.json)$/;

/** Whether the engine answers there. Exact: everything else is ours, or nobody's. */
export function isEnginePath(path: string): boolean {
	return enginePath.test(path);
}
