import { makeUserId } from "@countersign/protocol";
import { readName } from "../identifiers/index.ts";

/**
 * Whom the app that made this link means, a claim of whoever made it.
 * @see https://github.com/matrix-org/matrix-spec-proposals/pull/4198
 */
export function hintIn(query: URLSearchParams): string | undefined {
	const hint = query.get("login_hint") ?? query.get("org.matrix.msc4198.login_hint") ?? "";
	return hint === "" || hint.length > longestHint ? undefined : hint.replace(/^mxid:/, "");
}

/** A user id has at most 255 characters, and a word before it. */
const longestHint = 300;

/** The user id the app expects, when that is somebody else. Hints of other kinds (e-mail) say nothing here. */
export function otherAccount(hint: string | undefined, userId: string): string | undefined {
	if (hint === undefined || /.@/.test(hint)) return undefined;
	const serverName = userId.slice(userId.indexOf(":") + 1);
	// Whatever the app sent: it may be nobody's name, and is only shown.
	const read = readName(hint, serverName);
	const expected = read.ok ? makeUserId(read.written, serverName) : hint;
	return expected.toLowerCase() === userId.toLowerCase() ? undefined : expected;
}
