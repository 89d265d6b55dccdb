import {
	actions,
	button,
	choice,
	field,
	form,
	html,
	linkButton,
	type PageView,
	tell,
} from "../../pages/index.ts";
import type { ProofAsked } from "../../proofs/index.ts";
import { say } from "../../words/index.ts";
import { type Problem, proofField, proofTrouble } from "./proof-field.ts";

export interface DeactivateView {
	readonly userId: string;
	readonly username: string;
	readonly csrf: string;
	readonly asks: ProofAsked;
	/** What was ticked before something else was wrong. */
	readonly erase: boolean;
	/** The name, before something was wrong. */
	readonly typed?: string | undefined;
	readonly problem?: Problem | undefined;
}

/** Says what closing an account does, before it is done; what is deleted does not come back, so the password is always asked. */
export function deactivatePage(view: DeactivateView): PageView {
	const { problem } = view;
	const ofName = problem?.field === "username" ? problem.text : undefined;
	const proof = { asks: view.asks, problem: ofName === undefined ? problem : undefined };
	return {
		title: say("deactivate.title"),
		body: html`${proofTrouble(proof)}
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
${field({ name: "username", label: say("deactivate.type-name", { name: view.username }), value: view.typed ?? "", autocomplete: "off", error: ofName })}
${proofField(proof)}
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
