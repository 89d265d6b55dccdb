import { duration, type Html, type HtmlValue, html, notice, timeAgo } from "../../pages/index.ts";
import { askingFacts, fingerprints, isAppWaiting } from "./reset-asking.ts";
import { lossAndRemains } from "./reset-consequences.ts";
import { decisionForm, resetProblem } from "./reset-forms.ts";
import type { Asking, ResetContext, ResetStage, ResetWarning } from "./reset-view.ts";

type Waiting = ResetContext & Extract<ResetStage, { stage: "waiting" }>;

export function waitingTitle({ asking }: Pick<Waiting, "asking">): string {
	return isRenewal(asking) ? "Replace the keys of your digital identity?" : "Replace your digital identity?";
}

/**
 * The question. Where something speaks against the request that comes first. Refusing stands at the top, within the
 * first look on a phone, and again beside agreeing.
 */
export function waitingBody(view: Waiting): Html {
	const warned = view.warnings.length > 0;
	return html`${resetProblem(view)}${warned ? warningNotice(view) : ""}
<p>An app asks for this in the name of <strong>${view.signedInAs}</strong>. If you agree, the device below counts as yours
for everybody you write to. <strong>This cannot be undone.</strong></p>
<p>Agree only if you started it yourself, just now. If a message, a call or another person brought you here, refuse: nobody
who helps you needs this.</p>
${askingFacts(view)}
${refuse(view, warned ? "primary" : "plain")}
${warned ? html`<h2>If you did start this</h2>` : ""}
${signOfLife(view)}
${consequences(view.asking)}
${fingerprints(view.asking, isRenewal(view.asking) ? "Fingerprint of your identity" : "Fingerprint of the new identity", compare)}
${currentUnknown(view.asking)}
<h2>Your answer</h2>
${approve(view)}
${refuse(view, "plain")}`;
}

const compare = html`<p>If your app shows a fingerprint, it must be this one. If it shows another, refuse.</p>`;

function approve(view: Waiting): Html {
	const label = isRenewal(view.asking) ? "Replace the keys" : "Replace my digital identity";
	return decisionForm(view, "danger", { decision: "approve", label, proved: true });
}

function refuse(view: Waiting, kind: "primary" | "plain"): Html {
	return decisionForm(view, kind, { decision: "deny", label: "This was not me: refuse" });
}

/** The identity itself stays; what it signs with is replaced. */
function isRenewal({ newKey, currentKey }: Asking): boolean {
	return newKey === currentKey;
}

function warningNotice(view: Waiting): Html {
	const lines = view.warnings.map((warning) => html`<li>${warningText(warning, view.asking)}</li>`);
	return html`<div class="notice warning" role="note"><strong>Look twice: this may not be yours</strong><ul>${lines}</ul></div>`;
}

function warningText(warning: ResetWarning, asking: Asking): HtmlValue {
	switch (warning) {
		case "other-address":
			return `It was asked from ${asking.address ?? "elsewhere"}, but you are at ${asking.browserAddress}. That may be another network.`;
		case "several-key-sets":
			return html`The device asks more than once, each time with other keys. At most one is yours: compare the
fingerprint with the one your app shows. If two have the same, refuse both and start again. <a href="/account/reset">See all that waits</a>`;
		case "new-device":
			return "The device signed in only minutes ago. If you just signed in there, that is expected. If not, somebody knows your password.";
	}
}

/** There is one, or nobody would have to be asked. */
function currentUnknown({ currentKey }: Asking): Html {
	if (currentKey !== undefined) return html``;
	return html`<p class="small soft even">Which one it replaces cannot be shown: your homeserver does not answer at the moment.</p>`;
}

function signOfLife(view: Waiting): Html {
	const { asking, now, expiresAt } = view;
	const left = `This request ends in ${duration(Math.max(0, expiresAt - now))} unless the app asks again.`;
	const title = "The app is waiting for your answer.";
	if (isAppWaiting(view)) {
		// A calm green box would take back what the warning says.
		return view.warnings.length > 0 ? html`<p>${title} ${left}</p>` : notice("info", title, left);
	}
	const text = html`It last asked ${timeAgo(asking.lastAskedAt, now)}. If you agree, go back to the app and let it try again;
if it starts anew, it has to ask anew. ${left}`;
	return notice("warning", "No app is waiting right now.", text);
}

function consequences(asking: Asking): Html {
	if (isRenewal(asking)) {
		return html`<h2>What happens</h2>
<p>Your identity stays the same. The keys with which it vouches for your devices and for other people are replaced,
so your devices and the people you verified have to be verified again.</p>`;
	}
	return lossAndRemains(asking.hasBackup);
}
