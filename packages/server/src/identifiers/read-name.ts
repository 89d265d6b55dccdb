type ReadName =
	| { readonly ok: true; readonly localpart: string }
	/** A user id of another server: nobody here, so no password is checked and nothing is counted. */
	| { readonly ok: false; readonly reason: "elsewhere" };

/** Controls and format characters: byte order marks, soft hyphens, what sets the direction of text or joins letters. */
const invisible = /[\p{Cc}\p{Cf}]/gu;

/**
 * The name that is meant by what was typed or pasted, or sent as a hint: `alice`, `@alice`, `@alice:server` or
 * `alice:server`, with `mxid:` before it or not, in any case. Phones begin with a capital and end with a space, and what
 * is copied from a page brings marks along that nobody sees. Whether anybody has the name is not asked here, nor
 * whether a new account may have it.
 */
export function readName(text: string, serverName: string): ReadName {
	const name = text.replaceAll(invisible, "").trim().toLowerCase();
	const [, localpart = "", server] = /^(?:mxid:)?@?([^:]*)(?::(.*))?$/s.exec(name) ?? [];
	const isHere = server === undefined || server === serverName.toLowerCase();
	return isHere ? { ok: true, localpart: localpart.trim() } : { ok: false, reason: "elsewhere" };
}
