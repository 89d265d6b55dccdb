import type { IncomingMessage } from "node:http";
import { bearerOf, type Form, parseForm } from "../http/index.ts";

/** As much of a request as says who sent it. */
export interface Claims {
	readonly accessToken: string;
	readonly query: Form;
}

/** The one access token of a request, and its query. Undefined where there is none, and where there could be two. */
export function claimsOf({ headersDistinct, url = "" }: IncomingMessage): Claims | undefined {
	const accessToken = bearerOf({ authorization: headersDistinct.authorization?.join(", "), url });
	if (accessToken === undefined) return undefined;
	// Where there is no query the path is read as one: a field of a name that nobody asks for.
	return { accessToken, query: parseForm(url.slice(url.indexOf("?") + 1)) };
}

/** Of a query, what says for whom an application service acts. */
export const queryNames = ["user_id", "device_id", "org.matrix.msc3202.device_id"] as const;

/** What goes on of a query; undefined where a name of these stands twice, and two readers could take two values. */
export function picked(query: Form, names: readonly string[]): Readonly<Record<string, string>> | undefined {
	if (names.some((name) => query.repeated.includes(name))) return undefined;
	return Object.fromEntries(
		names.flatMap((name) => {
			const value = query.value(name);
			return value === undefined ? [] : [[name, value]];
		}),
	);
}
