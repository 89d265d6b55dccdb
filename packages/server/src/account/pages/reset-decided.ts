import { type Html, html, notice, tell, timeAgo } from "../../pages/index.ts";
import { duration, say, type Text } from "../../words/index.ts";
import { askingFacts, deviceName, fingerprints, isAppWaiting } from "./reset-asking.ts";
import { backupAdvice } from "./reset-consequences.ts";
import { decisionForm, notMe, resetProblem, signOutSection } from "./reset-forms.ts";
import type { ResetContext, ResetStage } from "./reset-view.ts";

type In<Stage extends ResetStage["stage"]> = ResetContext & Extract<ResetStage, { stage: Stage }>;

export const approvedTitle = say("reset.approved");
export const objectableTitle = say("reset.objectable");
export const spendingTitle = say("reset.spending");

export function deniedTitle({ takenBack }: Pick<In<"denied">, "takenBack">): Text {
	return takenBack ? say("reset.taken-back") : say("reset.denied");
}

/** Agreed, and nothing has changed yet. */
export function approvedBody(view: In<"approved">): Html {
	const { asking, now } = view;
	const left = duration(Math.max(0, view.expiresAt - now));
	return html`<p>${tell("reset.go-back", { device: deviceName(asking) })}</p>
${
	!isAppWaiting(view) &&
	notice(
		"warning",
		say("reset.no-app-waits"),
		tell("reset.last-asked-approved", { time: timeAgo(asking.lastAskedAt, now) }),
	)
}
<p>${say("reset.approved-until", { left })}</p>
${askingFacts(view)}
${fingerprints(asking, say("reset.fingerprint-new"))}
${decisionForm(view, "plain", { decision: "deny", label: say("reset.take-back") })}`;
}

/** Agreed, and whoever else is signed in, or reads the letters, may object before anything comes of it. */
export function objectableBody(view: In<"objectable">): Html {
	const { asking, now, usableFrom, expiresAt } = view;
	const from = duration(Math.max(0, usableFrom - now));
	const good = duration(expiresAt - usableFrom);
	return html`<p>${tell("reset.objectable-text", { from: html`<strong>${from}</strong>`, good })}</p>
<p>${tell("reset.objectable-app", { device: deviceName(asking) })}</p>
${askingFacts(view)}
${fingerprints(asking, say("reset.fingerprint-new"))}
${decisionForm(view, "plain", { decision: "deny", label: say("reset.take-back") })}`;
}

/** Used by the app; whether the homeserver has stored the keys is not known. */
export function spendingBody(view: In<"spending">): Html {
	return html`<p>${say("reset.spending-text")}</p>
${askingFacts(view)}
${fingerprints(view.asking, say("reset.fingerprint-new"))}
${notMe(view)}`;
}

/** Refused, with the two things that may have to follow. */
export function deniedBody(view: In<"denied">): Html {
	return html`${resetProblem(view)}<p>${say("reset.identity-unchanged")} ${say("reset.denied-text")}</p>
${backupAdvice(view.asking, view.now)}
${askingFacts(view)}
${view.asking.signedOut ? notice("info", say("reset.device-signed-out")) : signOutSection(view)}
${view.reopenUntil > view.now && !view.asking.signedOut && reopen(view)}`;
}

function reopen(view: In<"denied">): Html {
	return html`<h2>${say("reset.by-mistake")}</h2>
<p>${say("reset.by-mistake-text")}</p>
${decisionForm(view, "plain", { decision: "reopen", label: say("reset.reopen") })}`;
}
