import { actions, button, form, hidden, html, type PageView } from "../../pages/index.ts";
import type { SecondAsked } from "../../proofs/index.ts";
import { addressOf, addressOfStep, nextStep, type Resume } from "../../resume/index.ts";
import { say } from "../../words/index.ts";
import { lostPath } from "./lost-factors.ts";
import { codeField, type Problem, proofField } from "./proof-field.ts";

export interface SecondStepView extends SecondAsked {
	readonly csrf: string;
	readonly to: Resume;
	readonly problem?: Problem | undefined;
	/** Whether who has lost every second factor has a way back by mail. Default false. */
	readonly canBeLost?: boolean;
}

/** The password was right, or another service vouched for them: one of two factors. */
export function secondStepPage({
	localpart,
	first,
	passkey,
	code,
	csrf,
	to,
	problem,
	canBeLost = false,
}: SecondStepView): PageView {
	const [csrfOf, next] = [{ action: "/login/second", csrf }, addressOf(to)];
	const known = html`${hidden("username", localpart)}${hidden("next", next)}`;
	const press = actions(button("primary", say("common.continue")));
	const atCode = code && (passkey === undefined || problem?.field === "code") ? problem?.text : undefined;
	const byPasskey = proofField({
		asks: { password: false, passkey },
		problem: atCode === undefined ? problem : undefined,
	});
	const byCode = html`${codeField({ error: atCode })}${known}${press}`;
	return {
		title: say("proofs.second-step"),
		asksOperator: true,
		body: html`<p>${say(first === "password" ? "proofs.second-step-why" : "upstream.second-step-why", { name: localpart })}</p>
${(passkey !== undefined || !code) && form({ ...csrfOf, fields: html`${byPasskey}${known}${passkey !== undefined && press}` })}
${passkey !== undefined && code && html`<hr>`}
${code && form({ ...csrfOf, fields: byCode })}
<p class="small soft below"><a href="${addressOfStep(nextStep(undefined, to))}">${say("sign-in.another-account")}</a>. ${canBeLost ? html`<a href="${lostPath}">${say("lost.link")}</a>.` : say("proofs.lost")}</p>`,
	};
}
