import { actions, button, errorSummary, form, type Html, html } from "../../pages/index.ts";
import { devicePath } from "./device-words.ts";
import { proofField } from "./proof-field.ts";
import type { ResetContext } from "./reset-view.ts";

/** What a person can answer on the approval page. */
export const resetDecisions = ["approve", "deny", "reopen", "sign-out-device"] as const;
export type ResetDecision = (typeof resetDecisions)[number];

type Pressed = { readonly decision: ResetDecision; readonly label: string };

/** Where a request is shown and decided. */
export function resetPath(reference: string): string {
	return `/account/reset/${encodeURIComponent(reference)}`;
}

/**
 * One answer in a form of its own, so that Enter in the password field can never press another button. `proved`
 * asks for the password where it was entered too long ago.
 */
export function decisionForm(
	view: ResetContext,
	kind: "primary" | "danger" | "plain",
	{ decision, label, proved = false }: Pressed & { readonly proved?: boolean },
): Html {
	return form({
		action: view.path,
		csrf: view.csrf,
		fields: html`${proved ? proofField(view) : ""}${actions(button(kind, label, { name: "decision", value: decision }))}`,
	});
}

/**
 * The way to end the session that asked, for whoever did not ask. Says first what it does.
 * @see https://github.com/matrix-org/matrix-spec-proposals/pull/4191
 */
export function signOutSection(view: ResetContext): Html {
	if (view.asking.signedOut) return html``;
	return html`<h2>This was not you?</h2>
<p>Then somebody else may be using that app in your name. Sign the device out: it loses access to your account at once,
and has to be signed in again with your password. After that, <a href="/account/password">change your password</a>.</p>
${decisionForm(view, "danger", { decision: "sign-out-device", label: "Sign that device out", proved: true })}`;
}

/** The same by a page of its own, where this one may show itself anew while somebody types. */
export function notMe({ asking }: ResetContext): Html {
	if (asking.signedOut) return html``;
	return html`<h2>This was not you?</h2>
<p><a href="${devicePath(asking.device.id)}?delete=1">Sign that device out</a>, then <a href="/account/password">change your
password</a>.</p>`;
}

/** What was wrong with what was sent. */
export function resetProblem({ problem, passwordNeeded }: ResetContext): Html {
	if (problem === undefined) return html``;
	return errorSummary([passwordNeeded ? { field: "password", text: problem } : { text: problem }]);
}
