import { readName } from "../identifiers/index.ts";
import { parseResume } from "../resume/index.ts";
import type { FormOfBefore } from "./signed-in-post.ts";
import { goOn } from "./visitor.ts";

/**
 * For a form that signs in, or makes an account, sent once more by a browser that has been signed in meanwhile: by the
 * same form, if as the one whom it names. It goes on to where the form leads; undefined for every other form.
 */
export function goneOn(
	{ visitor, form, isOfBefore }: FormOfBefore,
	{ purpose, serverName }: { readonly purpose: string; readonly serverName: string },
): Response | undefined {
	if (visitor.browserSession === undefined) return undefined;
	const typed = readName(form.text("username"), serverName);
	const isSame = typed.ok && typed.localpart === visitor.browserSession.account.localpart.toLowerCase();
	return isSame && isOfBefore(purpose) ? goOn(visitor, parseResume(form.value("next"))) : undefined;
}
