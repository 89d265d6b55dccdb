import type { IncomingMessage } from "node:http";
import { type Form, parseForm } from "../http/index.ts";

/** As much of a request as says who sent it. */
export interface Claims {
	readonly accessToken: string;
	readonly query: Form;
}

/**
 * The one access token of a request. Undefined where there is none, and where there could be two: a second header, or
 * one in the query. Homeservers differ in which of two they take, so that what we checked might not be what they use.
 */
export function claimsOf({ headersDistinct, url = "" }: IncomingMessage): Claims | undefined {
	const [header = "", ...more] = headersDistinct.authorization ?? [];
	const accessToken = /^Bearer +([\x21-\x7e]+) *$/i.exec(header)?.[1];
	const query = parseForm(url.includes("?") ? url.slice(url.indexOf("?") + 1) : "");
	if (accessToken === undefined || more.length > 0 || query.names.includes("access_token")) return undefined;
	return { accessToken, query };
}
