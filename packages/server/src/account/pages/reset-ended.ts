import type { WithdrawalReason } from "@countersign/core";
import { safeText } from "../../http/index.ts";
import { type Html, html, tell } from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";
import { quoted } from "./claims.ts";
import { askingFacts } from "./reset-asking.ts";
import { backupAdvice } from "./reset-consequences.ts";
import { notMe } from "./reset-forms.ts";
import type { ResetContext, ResetStage } from "./reset-view.ts";

type Ended = ResetContext & Extract<ResetStage, { stage: "expired" | "withdrawn" | "failed" }>;

const titles = {
	expired: say("reset.expired"),
	withdrawn: say("reset.withdrawn"),
	failed: say("reset.failed"),
} as const;

const withdrawn: Readonly<Record<WithdrawalReason, Text>> = {
	"session-ended": say("reset.withdrawn-session-ended"),
	"newer-approval": say("reset.withdrawn-newer-approval"),
	"newer-request": say("reset.withdrawn-newer-request"),
	"account-closed": say("reset.withdrawn-account-closed"),
	"account-locked": say("reset.withdrawn-account-locked"),
	objected: say("reset.withdrawn-objected"),
	"password-changed": say("reset.withdrawn-password-changed"),
	"factor-added": say("reset.withdrawn-factor-added"),
	"token-refreshed": say("reset.withdrawn-token-refreshed"),
	"proof-reset": say("reset.withdrawn-proof-reset"),
	"ended-by-operator": say("reset.withdrawn-ended-by-operator"),
};

export function endedTitle({ stage }: Pick<Ended, "stage">): Text {
	return titles[stage];
}

/** Over without a change: why, and what can be done now. */
export function endedBody(view: Ended): Html {
	return html`<p>${reason(view)} <strong>${effect(view)}</strong></p>
${backupAdvice(view.asking, view.now)}
${whatNow(view)}
${askingFacts(view)}
${notMe(view)}
<p class="small"><a href="/account/reset">${say("reset.see-waiting")}</a></p>`;
}

function reason(view: Ended): Html | Text {
	switch (view.stage) {
		case "expired":
			return say("reset.expired-text");
		case "withdrawn":
			return withdrawn[view.reason];
		case "failed":
			return tell("reset.failed-text", { reason: quoted(safeText(view.reason, 300)) });
	}
}

/** A refusal may have come after a part of the keys was stored: what is in force says so, where it is known. */
function effect({ stage, asking: { newKey, currentKey } }: Ended): Text {
	if (stage !== "failed") return say("reset.identity-unchanged");
	if (currentKey === undefined) return say("reset.failed-unknown");
	return currentKey === newKey ? say("reset.failed-in-part") : say("reset.identity-unchanged");
}

function whatNow(view: Ended): Html {
	if (view.asking.signedOut) return html``;
	return html`<p>${say("reset.start-again")}</p>`;
}
