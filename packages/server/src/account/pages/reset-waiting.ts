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
import { askingFacts, fingerprint, isAppWaiting, replacedFingerprint } from "./reset-asking.ts";
import { losses, remains } from "./reset-consequences.ts";
import { decisionForm, resetProblem } from "./reset-forms.ts";
import type { Asking, ResetContext, ResetStage, ResetWarning } from "./reset-view.ts";

type Waiting = ResetContext & Extract<ResetStage, { stage: "waiting" }>;

export function waitingTitle({ asking }: Pick<Waiting, "asking">): Text {
	return isRenewal(asking) ? say("reset.waiting-renewal") : say("reset.waiting");
}

/**
 * The question. Where something speaks against the request that comes first. Refusing stands at the top, within the
 * first look on a phone, and again beside agreeing. The whole is two looks long there, and fingerprint and answers are
 * one: so little has to be scrolled that nobody answers without having seen it.
 */
export function waitingBody(view: Waiting): Html {
	const warned = view.warnings.length > 0;
	return html`${resetProblem(view)}${warned && warningNotice(view)}
<p class="small soft">${say("reset.what-it-is")}</p>
<p>${tell("reset.waiting-text")}</p>
<p>${say("reset.waiting-only-if")}</p>
${askingFacts(view)}
${refuse(view, warned ? "primary" : "plain")}
${warned && html`<h2>${say("reset.if-you-did")}</h2>`}
<div class="live" id="${freshId}" data-state="${isAppWaiting(view) ? "waiting" : "silent"}">${signOfLife(view)}</div>
<div id="${staleId}" role="alert" hidden>${notice("warning", say("reset.stale"), tell("reset.stale-text", { again: link(view.path) }))}</div>
${consequences(view)}
${fingerprint(view.asking, isRenewal(view.asking) ? say("reset.fingerprint-yours") : say("reset.fingerprint-new"))}
<p>${say("reset.compare")}</p>
${currentUnknown(view.asking)}
<h2>${say("reset.your-answer")}</h2>
${objections(view)}
${approve(view)}
${refuse(view, "plain")}
${moreAboutIt(view.asking)}`;
}

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
	// In no box: a calm green one would take back what a warning says, and push the answers off the screen of a phone.
	if (isAppWaiting(view)) return html`<p class="small soft">${title} ${left}</p>`;
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
	return losses({ backup: asking.backup, now });
}

/** Behind the answers and folded away, which it would push apart: nothing that could speak against agreeing. */
function moreAboutIt(asking: Asking): Html | undefined {
	if (isRenewal(asking)) return undefined;
	const old = replacedFingerprint(asking);
	return html`<details class="below"><summary>${say("reset.more")}</summary>
<p><strong>${say("reset.stays")}</strong></p>
${remains}
${old !== undefined && html`<p><strong>${say("reset.replaced-one")}</strong></p>${old}`}</details>`;
}
