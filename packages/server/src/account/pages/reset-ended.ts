import type { WithdrawalReason } from "@countersign/core";
import { safeText } from "../../http/index.ts";
import { type Html, html } from "../../pages/index.ts";
import { quoted } from "./claims.ts";
import { askingFacts } from "./reset-asking.ts";
import { notMe } from "./reset-forms.ts";
import type { ResetContext, ResetStage } from "./reset-view.ts";

type Ended = ResetContext & Extract<ResetStage, { stage: "expired" | "withdrawn" | "failed" }>;

const titles = {
	expired: "This request has run out",
	withdrawn: "This request is over",
	failed: "Your homeserver refused",
} as const;

const withdrawn: Readonly<Record<WithdrawalReason, string>> = {
	"session-ended": "The device that asked has been signed out.",
	"newer-approval": "You approved another request after it. Only one approval stands at a time.",
	"newer-request": "The device asked again and again, and newer requests took its place.",
	"account-closed": "The account was closed.",
	"account-locked": "The people who run this server locked the account.",
	"password-changed": "The password of your account was changed.",
};

export function endedTitle({ stage }: Pick<Ended, "stage">): string {
	return titles[stage];
}

/** Over without a change: why, and what can be done now. */
export function endedBody(view: Ended): Html {
	return html`<p>${reason(view)} <strong>${effect(view)}</strong></p>
${whatNow(view)}
${askingFacts(view)}
${notMe(view)}
<p class="small"><a href="/account/reset">See what waits for you</a></p>`;
}

function reason(view: Ended): Html | string {
	switch (view.stage) {
		case "expired":
			return "The time to answer it, or to use your approval, has passed.";
		case "withdrawn":
			return withdrawn[view.reason];
		case "failed":
			return html`You approved, but your homeserver did not take the new keys. It said: ${quoted(safeText(view.reason, 300))}`;
	}
}

/** A refusal may have come after a part of the keys was stored: what is in force says so, where it is known. */
function effect({ stage, asking: { newKey, currentKey } }: Ended): string {
	if (stage !== "failed") return "Nothing was changed.";
	if (currentKey === undefined)
		return "Whether it stored a part of them cannot be said: it does not answer at the moment.";
	return currentKey === newKey ? "It may have stored a part of them." : "Nothing was changed.";
}

function whatNow(view: Ended): Html {
	if (view.asking.signedOut) return html``;
	return html`<p>If you still want to replace your digital identity, start again in the app. It will ask you anew.</p>`;
}
