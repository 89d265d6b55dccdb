import {
	actions,
	button,
	choice,
	errorSummary,
	field,
	form,
	html,
	linkButton,
	type PageView,
	tell,
} from "../../pages/index.ts";
import type { ProofAsked } from "../../proofs/index.ts";
import { say, type Text } from "../../words/index.ts";
import { proofField } from "./proof-field.ts";

export interface DeactivateView {
	readonly userId: string;
	readonly username: string;
	readonly csrf: string;
	readonly asks: ProofAsked;
	/** What was ticked before something else was wrong. */
	readonly erase: boolean;
	readonly problem?: { readonly field: "username" | "password"; readonly text: Text } | undefined;
}

/** Says what closing an account does, before it is done; what is deleted does not come back, so the password is always asked. */
export function deactivatePage(view: DeactivateView): PageView {
	const { problem } = view;
	const problemOf = (name: string) => (problem?.field === name ? problem.text : undefined);
	return {
		title: say("deactivate.title"),
		body: html`${problem !== undefined && errorSummary([problem])}
<p>${tell("deactivate.for-good", { userId: view.userId })}</p>
<ul>
<li>${say("deactivate.signed-out")}</li>
<li>${say("deactivate.deleted")}</li>
<li>${tell("deactivate.name-gone", { name: view.username })}</li>
<li>${say("deactivate.messages")}</li>
<li>${say("deactivate.profile")}</li>
<li>${say("deactivate.kept")}</li>
</ul>
${form({
	action: "/account/deactivate",
	csrf: view.csrf,
	fields: html`${choice({ name: "erase", label: say("deactivate.erase"), checked: view.erase })}
${field({ name: "username", label: say("deactivate.type-name", { name: view.username }), autocomplete: "off", error: problemOf("username") })}
${proofField({ asks: view.asks, problem: problemOf("password") })}
${actions(button("danger", say("deactivate.confirm")), linkButton("plain", say("deactivate.keep"), "/account/"))}`,
})}`,
	};
}

/** The last page of an account. */
export function deactivatedPage({
	userId,
	erased,
}: {
	readonly userId: string;
	readonly erased: boolean;
}): PageView {
	return {
		title: say("deactivate.closed"),
		body: html`<p>${erased ? tell("deactivate.done-erased", { userId }) : tell("deactivate.done", { userId })}</p>
<p>${say("deactivate.close-window")}</p>`,
	};
}
