import {
	actions,
	button,
	form,
	type Html,
	html,
	link,
	linkButton,
	tell,
	trouble,
} from "../../pages/index.ts";
import { addressOf } from "../../resume/index.ts";
import { say, type Text } from "../../words/index.ts";
import { devicePath } from "./device-words.ts";
import { proofField, proofTrouble } from "./proof-field.ts";
import type { ResetContext } from "./reset-view.ts";

/** What a person can answer on the approval page. */
export const resetDecisions = ["approve", "deny", "reopen", "sign-out-device"] as const;
export type ResetDecision = (typeof resetDecisions)[number];

type Pressed = { readonly decision: ResetDecision; readonly label: Text };

/** Where a request is shown and decided. */
export function resetPath(reference: string): string {
	return addressOf({ kind: "reset", reference, fromFallback: false });
}

/**
 * One answer in a form of its own, so that Enter in the password field can never press another button. `proved`
 * asks for the password where it was entered too long ago, and is no form where a second factor comes first.
 */
export function decisionForm(
	view: ResetContext,
	kind: "primary" | "danger" | "plain",
	{ decision, label, proved = false }: Pressed & { readonly proved?: boolean },
): Html {
	if (proved && view.addFactor !== undefined) return factorFirst(view.addFactor, decision);
	return form({
		action: view.path,
		csrf: view.csrf,
		fields: html`${proved && proofField(view)}${actions(button(kind, label, { name: "decision", value: decision }))}`,
	});
}

/** In the place of a form that would be refused. */
function factorFirst(where: string, decision: ResetDecision): Html {
	// Where a device would be signed out, the request has been refused.
	const text = decision === "approve" ? say("second-factor.reset-missing") : say("second-factor.act-missing");
	return html`<p>${text}</p>
${actions(linkButton("primary", say("second-factor.title"), where))}`;
}

/**
 * The way to end the session that asked, for whoever did not ask. Says first what it does.
 * @see https://github.com/matrix-org/matrix-spec-proposals/pull/4191
 */
export function signOutSection(view: ResetContext): Html {
	if (view.asking.signedOut) return html``;
	return html`<h2>${say("reset.not-you")}</h2>
<p>${tell("reset.not-you-text", { password: link("/account/password") })}</p>
${decisionForm(view, "danger", { decision: "sign-out-device", label: say("reset.sign-device-out"), proved: true })}`;
}

/** The same by a page of its own, where this one may show itself anew while somebody types. */
export function notMe({ asking }: ResetContext): Html {
	if (asking.signedOut) return html``;
	return html`<h2>${say("reset.not-you")}</h2>
<p>${tell("reset.not-you-short", { device: link(`${devicePath(asking.device.deviceId)}?delete=1`), password: link("/account/password") })}</p>`;
}

/** What was wrong with what was sent, where no field says it. */
export function resetProblem(view: ResetContext): Html {
	return html`${view.addFactor === undefined ? proofTrouble(view) : trouble(view.problem?.text)}`;
}
