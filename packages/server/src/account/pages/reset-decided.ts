import { duration, type Html, html, notice, timeAgo } from "../../pages/index.ts";
import { askingFacts, deviceName, fingerprints, isAppWaiting } from "./reset-asking.ts";
import { decisionForm, notMe, resetProblem, signOutSection } from "./reset-forms.ts";
import type { ResetContext, ResetStage } from "./reset-view.ts";

type In<Stage extends ResetStage["stage"]> = ResetContext & Extract<ResetStage, { stage: Stage }>;

export const approvedTitle = "Approved. Waiting for the app";
export const spendingTitle = "Approved. Waiting for your homeserver";

export function deniedTitle({ takenBack }: Pick<In<"denied">, "takenBack">): string {
	return takenBack ? "You took your approval back" : "You refused";
}

/** Agreed, and nothing has changed yet. */
export function approvedBody(view: In<"approved">): Html {
	const { asking, now } = view;
	const left = duration(Math.max(0, view.expiresAt - now));
	return html`<p><strong>Go back to the app on ${deviceName(asking)}.</strong> It goes on by itself within seconds. If it does
not, press Retry or Continue there.</p>
${
	isAppWaiting(view)
		? ""
		: notice(
				"warning",
				"No app is waiting right now.",
				html`It last asked ${timeAgo(asking.lastAskedAt, now)}. If it has given up, start again there; it will then ask you once more.`,
			)
}
<p>Nothing has changed so far. Your approval is for this one request, can be used once, and ends in ${left}.
This page shows what becomes of it.</p>
${askingFacts(view)}
${fingerprints(asking, "Fingerprint of the new identity")}
${decisionForm(view, "plain", { decision: "deny", label: "This was not me: take it back" })}`;
}

/** Used by the app; whether the homeserver has stored the keys is not known. */
export function spendingBody(view: In<"spending">): Html {
	return html`<p>The app has used your approval, but your homeserver has not answered yet. This page shows what becomes
of it; there is nothing you have to do.</p>
${askingFacts(view)}
${fingerprints(view.asking, "Fingerprint of the new identity")}
${notMe(view)}`;
}

/** Refused, with the two things that may have to follow. */
export function deniedBody(view: In<"denied">): Html {
	return html`${resetProblem(view)}<p>Nothing was changed. The device cannot ask for the same identity again for a while.</p>
${askingFacts(view)}
${view.asking.signedOut ? notice("info", "That device has been signed out.") : signOutSection(view)}
${view.reopenUntil > view.now && !view.asking.signedOut ? reopen(view) : ""}`;
}

function reopen(view: In<"denied">): Html {
	return html`<h2>Refused by mistake?</h2>
<p>You can answer once more.</p>
${decisionForm(view, "plain", { decision: "reopen", label: "Ask me again" })}`;
}
