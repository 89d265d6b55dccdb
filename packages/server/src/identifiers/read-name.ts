import { invisible } from "./invisible.ts";

type ReadName =
	| {
			readonly ok: true;
			/** As a new account would have it. */
			readonly localpart: string;
			/** In the case it was written in: old servers have names with upper case. */
			readonly written: string;
	  }
	/** A user id of another server: nobody here, so no password is checked and nothing is counted. */
	| { readonly ok: false; readonly reason: "elsewhere" };

/** Each part may be missing, so that every text fits, from its beginning to its end. */
const meant = /(?:mxid:)?@?([^:]*)(?::(.*))?/is;

/**
 * The name that is meant by what was typed or pasted, or sent as a hint: `alice`, `@alice`, `@alice:server` or
 * `alice:server`, with `mxid:` before it or not, in any case. Phones begin with a capital and end with a space, and what
 * is copied from a page brings marks along that nobody sees. Whether anybody has the name is not asked here, nor
 * whether a new account may have it.
 */
export function readName(text: string, serverName: string): ReadName {
	const name = text.replaceAll(invisible, "").trim();
	const [, typed = "", server] = meant.exec(name) ?? [];
	if (server !== undefined && server.toLowerCase() !== serverName.toLowerCase())
		return { ok: false, reason: "elsewhere" };
	const written = typed.trim();
	return { ok: true, localpart: written.toLowerCase(), written };
}
