import {
	freshId,
	type Html,
	type HtmlValue,
	html,
	link,
	notice,
	staleId,
	tell,
	timeAgo,
} from "../../pages/index.ts";
import { duration, say, type Text } from "../../words/index.ts";
import { askingFacts, fingerprints, isAppWaiting } from "./reset-asking.ts";
import { lossAndRemains } from "./reset-consequences.ts";
import { decisionForm, resetProblem } from "./reset-forms.ts";
import type { Asking, ResetContext, ResetStage, ResetWarning } from "./reset-view.ts";

type Waiting = ResetContext & Extract<ResetStage, { stage: "waiting" }>;

export function waitingTitle({ asking }: Pick<Waiting, "asking">): Text {
	return isRenewal(asking) ? say("reset.waiting-renewal") : say("reset.waiting");
}

/**
 * The question. Where something speaks against the request that comes first. Refusing stands at the top, within the
 * first look on a phone, and again beside agreeing.
 */
export function waitingBody(view: Waiting): Html {
	const warned = view.warnings.length > 0;
	return html`${resetProblem(view)}${warned && warningNotice(view)}
<p>${tell("reset.waiting-text", { userId: view.signedInAs })}</p>
<p>${say("reset.waiting-only-if")}</p>
${askingFacts(view)}
${refuse(view, warned ? "primary" : "plain")}
${warned && html`<h2>${say("reset.if-you-did")}</h2>`}
<div class="live" id="${freshId}" data-state="${isAppWaiting(view) ? "waiting" : "silent"}">${signOfLife(view)}</div>
<div id="${staleId}" role="alert" hidden>${notice("warning", say("reset.stale"), tell("reset.stale-text", { again: link(view.path) }))}</div>
${consequences(view)}
${fingerprints(view.asking, isRenewal(view.asking) ? say("reset.fingerprint-yours") : say("reset.fingerprint-new"), compare)}
${currentUnknown(view.asking)}
<h2>${say("reset.your-answer")}</h2>
${objections(view)}
${approve(view)}
${refuse(view, "plain")}`;
}

const compare = html`<p>${say("reset.compare")}</p>`;

function objections({ delayMs = 0 }: Waiting): Html {
	if (delayMs === 0) return html``;
	return html`<p>${say("reset.delayed", { time: duration(delayMs) })}</p>`;
}

function approve(view: Waiting): Html {
	const label = isRenewal(view.asking) ? say("reset.approve-renewal") : say("reset.approve");
	return decisionForm(view, "danger", { decision: "approve", label, proved: true });
}

function refuse(view: Waiting, kind: "primary" | "plain"): Html {
	return decisionForm(view, kind, { decision: "deny", label: say("reset.refuse") });
}

/** The identity itself stays; what it signs with is replaced. */
function isRenewal({ newKey, currentKey }: Asking): boolean {
	return newKey === currentKey;
}

function warningNotice(view: Waiting): Html {
	const lines = view.warnings.map((warning) => html`<li>${warningText(warning, view.asking)}</li>`);
	return html`<div class="notice warning" role="note"><strong>${say("reset.look-twice")}</strong><ul>${lines}</ul></div>`;
}

function warningText(warning: ResetWarning, asking: Asking): HtmlValue {
	switch (warning) {
		case "other-address":
			return say("reset.warning-other-address", {
				address: asking.address ?? say("reset.elsewhere"),
				here: asking.browserAddress,
			});
		case "several-key-sets":
			return tell("reset.warning-several-key-sets", { all: link("/account/reset") });
		case "new-device":
			return say("reset.warning-new-device");
	}
}

/** There is one, or nobody would have to be asked. */
function currentUnknown({ currentKey }: Asking): Html {
	if (currentKey !== undefined) return html``;
	return html`<p class="small soft even">${say("reset.current-unknown")}</p>`;
}

function signOfLife(view: Waiting): Html {
	const { asking, now, expiresAt } = view;
	const left = say("reset.ends-in", { left: duration(Math.max(0, expiresAt - now)) });
	const title = say("reset.app-waits");
	if (isAppWaiting(view)) {
		// A calm green box would take back what the warning says.
		return view.warnings.length > 0 ? html`<p>${title} ${left}</p>` : notice("info", title, left);
	}
	const time = timeAgo(asking.lastAskedAt, now);
	// An app that asked again and again has given up; others ask once, and go on when the person presses a button there.
	return asking.lastAskedAt > asking.askedAt
		? notice("warning", say("reset.app-stopped"), html`${tell("reset.app-stopped-text", { time })} ${left}`)
		: notice("warning", say("reset.no-app-waits"), html`${tell("reset.last-asked", { time })} ${left}`);
}

function consequences({ asking, now }: Waiting): Html {
	if (isRenewal(asking)) {
		return html`<h2>${say("reset.what-happens")}</h2>
<p>${say("reset.renewal-effect")}</p>`;
	}
	return lossAndRemains({ backup: asking.backup, now });
}
