import { duration, type Html, type HtmlValue, html, notice } from "../../http/index.ts";
import { askingFacts, fingerprints, isAppWaiting } from "./reset-asking.ts";
import { decisionForm, resetProblem } from "./reset-forms.ts";
import type { Asking, ResetContext, ResetStage, ResetWarning } from "./reset-view.ts";

type Waiting = ResetContext & Extract<ResetStage, { stage: "waiting" }>;

export const waitingTitle = "Replace your digital identity?";

/** The question. Where something speaks against the request that comes first, and refusing is the first answer. */
export function waitingBody(view: Waiting): Html {
	return html`${resetProblem(view)}${warningNotice(view)}
<p>An app asks for this in the name of <strong>${view.signedInAs}</strong>. Agree only if you started it yourself, just now.</p>
${askingFacts(view)}
${signOfLife(view)}
${fingerprints(view.asking, "Fingerprint of the new identity")}
${consequences(view.asking)}
${answers(view)}
<p class="small soft">This request ends in ${duration(Math.max(0, view.expiresAt - view.now))} unless the app asks again.</p>`;
}

function answers(view: Waiting): Html {
	if (view.warnings.length === 0) {
		const approve = { decision: "approve", label: "Replace my digital identity", proved: true } as const;
		return html`<h2>Your answer</h2>${decisionForm(view, "primary", approve)}
${decisionForm(view, "plain", { decision: "deny", label: "This was not me: refuse" })}`;
	}
	const approve = { decision: "approve", label: "I did: replace my digital identity", proved: true } as const;
	return html`<h2>Did you start this?</h2>
${decisionForm(view, "primary", { decision: "deny", label: "This was not me: refuse" })}
<hr>
${decisionForm(view, "plain", approve)}`;
}

function warningNotice(view: Waiting): Html {
	if (view.warnings.length === 0) return html``;
	const lines = view.warnings.map((warning) => html`<li>${warningText(warning, view.asking)}</li>`);
	return html`<div class="notice warning" role="note"><strong>Look twice: this may not be yours</strong><ul>${lines}</ul></div>`;
}

function warningText(warning: ResetWarning, asking: Asking): HtmlValue {
	switch (warning) {
		case "other-address":
			return `It was asked from ${asking.address ?? "elsewhere"}, but you are at ${asking.browserAddress}. That is another network.`;
		case "several-key-sets":
			return html`The device asks more than once, each time for another identity. At most one is yours: compare the
fingerprint with the one your app shows. <a href="/account/reset">See all that waits</a>`;
		case "new-device":
			return "The device signed in only minutes ago. If that was not you, somebody knows your password.";
	}
}

function signOfLife(view: Waiting): Html {
	return isAppWaiting(view)
		? notice("info", "The app is waiting for your answer.")
		: notice(
				"info",
				"No app is waiting right now.",
				"If you agree, go back to the app and let it try again. If it starts anew, it has to ask anew.",
			);
}

function consequences({ newKey, currentKey, hasBackup }: Asking): Html {
	if (newKey === currentKey) {
		return html`<h2>What happens</h2>
<p>Your identity stays the same. The keys with which it vouches for your devices and for other people are replaced,
so your devices and the people you verified have to be verified again.</p>`;
	}
	return html`<h2>What you lose</h2>
<ul><li>Your other devices are no longer verified, nor are the people you verified.</li>
<li>People who verified you see a warning until they do it again.</li>
<li>Old encrypted messages that none of your devices can open stay closed, and the old recovery key stops working.</li></ul>
<h2>What stays</h2>
<ul><li>Your account, your rooms, your contacts, and every device stays signed in.</li>
<li>Messages that a device can open now.</li></ul>
${hasBackup === false ? html`<p>There is no backup of your message keys on the server. Your app has probably already removed the old one: if you started this, finish it.</p>` : ""}`;
}
