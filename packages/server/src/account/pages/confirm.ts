import { actions, button, field, form, hidden, html, type PageView } from "../../pages/index.ts";
import type { ProofAsked } from "../../proofs/index.ts";
import { addressOf, type Resume } from "../../resume/index.ts";
import { say } from "../../words/index.ts";
import { isByPasswordAlone, type Problem, proofField, proofTrouble } from "./proof-field.ts";
import { confirmWith } from "./upstream.ts";

export interface ConfirmView {
	readonly userId: string;
	readonly csrf: string;
	readonly signOutCsrf: string;
	readonly to: Resume;
	readonly asks: ProofAsked;
	/** Of the forms that lead to another service. */
	readonly elsewhereCsrf: string;
	/** What was wrong with what was sent last. */
	readonly problem?: Problem;
}

/** Somebody is signed in; what comes next wants to know that it is still the same person. */
export function confirmPage(view: ConfirmView): PageView {
	const confirm = html`
${field({ name: "username", label: say("sign-in.user-name"), value: view.userId, autocomplete: "username", readonly: true })}
${confirmField(view)}
${hidden("next", addressOf(view.to))}
${actions(button("primary", say("common.continue")))}`;
	const { upstream, passkey } = view.asks;
	const services = typeof upstream === "object" ? upstream : [];
	const leave = html`${hidden("next", addressOf(view.to))}<p class="soft">${say("sign-in.not-you")}</p>${button("plain", say("sign-in.another-account"))}`;
	return {
		title: say("sign-in.confirm"),
		body: html`${proofTrouble(view)}
<p>${services.length > 0 ? say("upstream.confirm-why") : isByPasswordAlone(view.asks) ? say("sign-in.confirm-why") : say("proofs.confirm-why")}</p>
${confirmWith({ services, csrf: view.elsewhereCsrf, to: view.to })}
${(services.length === 0 || passkey !== undefined) && form({ action: "/login", csrf: view.csrf, fields: confirm })}
<hr>
${form({ action: "/logout", csrf: view.signOutCsrf, fields: leave })}`,
	};
}

function confirmField({ asks, problem }: ConfirmView) {
	if (!isByPasswordAlone(asks)) return proofField({ asks, problem });
	return field({
		name: "password",
		label: say("password.label"),
		type: "password",
		autocomplete: "current-password",
		autofocus: true,
		error: problem?.text,
	});
}
