import { actions, button, errorSummary, form, hidden, html, type PageView } from "../../pages/index.ts";
import type { SecondAsked } from "../../proofs/index.ts";
import { addressOf, addressOfStep, nextStep, type Resume } from "../../resume/index.ts";
import { say, type Text } from "../../words/index.ts";
import { proofField } from "./proof-field.ts";

export interface SecondStepView extends SecondAsked {
	readonly csrf: string;
	readonly to: Resume;
	readonly problem?: Text | undefined;
}

/** The password was right, and is one of two factors. */
export function secondStepPage({ localpart, passkey, csrf, to, problem }: SecondStepView): PageView {
	const fields = html`${proofField({ asks: { password: false, passkey }, problem, name: "passkey" })}
${hidden("username", localpart)}${hidden("next", addressOf(to))}
${passkey !== undefined && actions(button("primary", say("common.continue")))}`;
	return {
		title: say("proofs.second-step"),
		asksOperator: true,
		body: html`${problem && errorSummary([{ field: "passkey", text: problem }])}
<p>${say("proofs.second-step-why", { name: localpart })}</p>
${form({ action: "/login/second", csrf, fields })}
<p class="small soft below"><a href="${addressOfStep(nextStep(undefined, to))}">${say("sign-in.another-account")}</a>. ${say("proofs.lost")}</p>`,
	};
}
