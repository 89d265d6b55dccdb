import {
	actions,
	button,
	form,
	type Html,
	hidden,
	html,
	link,
	type PageView,
	tell,
} from "../../pages/index.ts";
import type { Terms } from "../../people/index.ts";
import { addressOf, type Resume } from "../../resume/index.ts";
import { say, type Text } from "../../words/index.ts";
import { agreement } from "./agreement.ts";

export const termsPath = addressOf({ kind: "page", page: "terms" });

export interface TermsView {
	readonly terms: Terms;
	readonly csrf: string;
	/** Where they were going. */
	readonly to: Resume;
	/** Form that signs out of this browser. */
	readonly signOut: Html;
	readonly problem?: Text | undefined;
}

/** Asked of who has an account when there are terms, or other ones than before. */
export function termsPage({ terms, csrf, to, signOut, problem }: TermsView): PageView {
	const close = link(addressOf({ kind: "page", page: "deactivate" }));
	return {
		title: say("terms.title"),
		body: html`<p>${say("terms.why")}</p>
${form({
	...{ action: termsPath, csrf },
	fields: html`${agreement(terms, problem)}
${hidden("next", addressOf(to))}
${actions(button("primary", say("common.continue")))}`,
})}
<hr>
<p>${tell("terms.or-not", { close })}</p>
${actions(signOut)}`,
	};
}
