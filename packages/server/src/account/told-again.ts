import { safeNext, seeOther } from "../http/index.ts";
import { readName } from "../identifiers/index.ts";
import type { Received, Visitor } from "./visitor.ts";

/**
 * How long a form that is sent a second time is told what became of the first: a double click cancels the first answer,
 * a reload sends the form once more.
 */
const toldAgainMs = 60_000;

/** Whether it happened within that time; what is still to come, by a clock that was set back, did not. */
export function isJustNow(at: number, now: number): boolean {
	return at <= now && now - at < toldAgainMs;
}

/**
 * For a form that signs in, or makes an account, sent once more by a browser that has been signed in meanwhile: by the
 * same form, if as the one whom it names. It goes on to where the form leads; undefined for every other form.
 */
export function goneOn(
	visitor: Visitor,
	received: Received,
	{ purpose, serverName }: { readonly purpose: string; readonly serverName: string },
): Response | undefined {
	if (visitor.browserSession === undefined || received.form === undefined) return undefined;
	const typed = readName(received.form.value("username") ?? "", serverName);
	const isSame = typed.ok && typed.localpart === visitor.browserSession.account.localpart;
	const isOurs = !received.ok && received.isOfBefore(purpose);
	return isSame && isOurs ? seeOther(safeNext(received.form.value("next"))) : undefined;
}
