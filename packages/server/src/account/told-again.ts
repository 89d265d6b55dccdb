import { safeNext, seeOther } from "../http/index.ts";
import { readName } from "../identifiers/index.ts";
import type { Received, Visitor } from "./visitor.ts";

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
