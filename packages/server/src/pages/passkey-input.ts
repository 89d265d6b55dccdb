import { say } from "../words/index.ts";
import { type Html, html } from "./html.ts";

/**
 * What a passkey says comes back in a field that the person does not see, filled in by `passkeys`, the script of every
 * page that has one. What to say where it cannot be had stands beside it.
 */
export function passkeyInput(it: {
	/** `autofill`: offered where the name is typed as well. */
	readonly does: "get" | "autofill" | "create";
	/** JSON. @see https://www.w3.org/TR/webauthn-3/#sctn-parseRequestOptionsFromJSON */
	readonly options: string;
}): Html {
	return html`<input type="hidden" name="passkey" value="" data-passkey="${it.does}" data-options="${it.options}">
<p class="wrong" role="alert" hidden>${say("proofs.passkey-failed")}</p>
<p class="wrong" hidden>${say("proofs.no-passkeys")}</p>
<noscript><p class="wrong">${say("proofs.no-script")}</p></noscript>`;
}
