import { actions, answers, button, form, type Html, html } from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";
import { type ProofView, proofField } from "./proof-field.ts";

export interface AskingAnswers extends Pick<ProofView, "asks" | "problem"> {
	readonly action: string;
	readonly csrf: string;
	readonly yes: { readonly kind: "primary" | "plain"; readonly label: Text };
}

/**
 * Yes and no to an app. Where the yes takes a proof that has still to be entered, each stands in a form of its own: what
 * one of them needs does not stand in the way of the other.
 */
export function askingAnswers({ action, csrf, yes, asks, problem }: AskingAnswers): Html {
	const approve = button(yes.kind, yes.label, { name: "decision", value: "approve" });
	if (asks === undefined) return form({ action, csrf, fields: answers(approve, no("plain")) });
	const proof = proofField({ asks, problem });
	return html`${form({ action, csrf, fields: html`${proof}${actions(approve)}` })}
${refusing({ action, csrf }, "plain")}`;
}

/** For who can do nothing but refuse. */
export function refusing(
	{ action, csrf }: Pick<AskingAnswers, "action" | "csrf">,
	kind: "primary" | "plain",
): Html {
	return form({ action, csrf, fields: actions(no(kind)) });
}

const no = (kind: "primary" | "plain") =>
	button(kind, say("common.cancel"), { name: "decision", value: "deny" });
