import { choice, type Html, hidden, html, tell } from "../../pages/index.ts";
import type { Terms } from "../../people/index.ts";
import { say, type Text } from "../../words/index.ts";

/** The version goes along: what changes while somebody reads is not what they agree to. */
export function agreement({ url, version }: Terms, error: Text | undefined): Html {
	const terms = (words: Html) => html`<a href="${url}" target="_blank" rel="noreferrer">${words}</a>`;
	return html`<p>${tell("register.terms", { terms, version })}</p>
${choice({ name: "terms", label: say("register.terms-agree"), required: true, error })}
${hidden("terms_version", version)}`;
}
