import type { AccountId } from "@countersign/core";
import { readName } from "../identifiers/index.ts";
import { passkeyHolder } from "../proofs/index.ts";
import { parseResume } from "../resume/index.ts";
import type { FormOfBefore } from "./signed-in-post.ts";
import { goOn } from "./visitor.ts";

interface Asked {
	readonly purpose: string;
	readonly serverName: string;
	/** Whose the e-mail address is that was typed instead of a name. Default: nobody's. */
	readonly holder?: AccountId | undefined;
}

/**
 * For a form that signs in, or makes an account, sent once more by a browser that has been signed in meanwhile: by the
 * same form, if as the one whom it names. It goes on to where the form leads; undefined for every other form.
 */
export function goneOn(
	{ visitor, form, isOfBefore }: FormOfBefore,
	{ purpose, serverName, holder }: Asked,
): Response | undefined {
	if (visitor.browserSession === undefined) return undefined;
	const { account } = visitor.browserSession;
	const typed = readName(form.text("username"), serverName);
	const isNamed = typed.ok && typed.localpart === account.localpart.toLowerCase();
	const isSame = isNamed || holder === account.id || passkeyHolder(form.text("passkey")) === account.id;
	return isSame && isOfBefore(purpose) ? goOn(visitor, parseResume(form.value("next"))) : undefined;
}
