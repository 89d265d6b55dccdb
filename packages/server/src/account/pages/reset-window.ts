import {
	actions,
	button,
	choice,
	form,
	html,
	link,
	linkButton,
	notice,
	type PageView,
	tell,
	timeAgo,
} from "../../pages/index.ts";
import type { ProofAsked } from "../../proofs/index.ts";
import { say } from "../../words/index.ts";
import { livePage } from "../live-page.ts";
import { type Problem, proofField, proofTrouble } from "./proof-field.ts";
import { losses, remains } from "./reset-consequences.ts";

export const resetWindowPath = "/account/reset";

export interface ResetWindowView {
	readonly userId: string;
	readonly csrf: string;
	readonly asks: ProofAsked | undefined;
	/** What was ticked before something else was wrong. Default: not. */
	readonly isTicked?: boolean;
	/** It was replaced by what was allowed before, which is over by that. Default: not. */
	readonly isReplaced?: boolean;
	/** Without a field the homeserver is what failed. */
	readonly problem?: Problem | undefined;
}

/** Asks before the homeserver's switch is used, and says what that switch is: of the account, not of one app. */
export function resetWindowPage(view: ResetWindowView): PageView {
	const { problem } = view;
	const ofTick = problem?.field === "understood" ? problem.text : undefined;
	const proof = { asks: view.asks, problem: ofTick === undefined ? problem : undefined };
	return {
		title: view.isReplaced ? say("reset-window.replaced") : say("reset-window.title"),
		body: html`${proofTrouble(proof)}
${view.isReplaced ? replaced : ""}<p>${tell("reset-window.only-if", { userId: view.userId })}</p>
${notice("warning", say("reset-window.not-one-app"), say("reset-window.any-device"))}
<p>${tell("reset-window.devices-first", { devices: link("/account/devices") })}</p>
${losses()}
<h2>${say("reset.stays")}</h2>
${remains}
<h2>${say("reset.your-answer")}</h2>
${form({
	action: resetWindowPath,
	csrf: view.csrf,
	fields: html`${choice({
		name: "understood",
		label: say("reset-window.understood"),
		required: true,
		checked: view.isTicked ?? false,
		error: ofTick,
	})}
${proofField(proof)}
${actions(button("danger", say("reset-window.allow")), linkButton("plain", say("common.cancel"), "/account/"))}`,
})}`,
	};
}

const replaced = html`<p>${say("reset-window.replaced-text")}</p>
<h2>${say("reset.not-you")}</h2>
<p>${notYou()}</p>
<h2>${say("reset-window.once-more")}</h2>
`;

function notYou() {
	const [everywhere, password] = [link("/account/sign-out-everywhere"), link("/account/password")];
	return tell("reset-window.not-you", { everywhere, password });
}

const againSeconds = 20;

/** Open: until when, and what to do with it or against it. */
export function openWindowPage({ until, now }: { readonly until: number; readonly now: number }): PageView {
	const body = html`<p>${tell("reset-window.go-back")}</p>
${notice("warning", say("reset-window.not-the-app-alone"), tell("reset-window.open-text", { end: timeAgo(until, now) }))}
<h2>${say("reset.not-you")}</h2>
<p>${notYou()}</p>
<p class="small"><a href="/account/security">${say("reset-window.what-happened")}</a></p>`;
	return livePage({ title: say("reset-window.open"), body }, { done: true, againSeconds });
}

/** Somebody objected to it: the homeserver would take an identity still, and nobody is let in who could send one. */
export function closedWindowPage({ until, now }: { readonly until: number; readonly now: number }): PageView {
	return {
		title: say("reset-window.closed"),
		body: html`<p>${tell("reset-window.closed-text", { end: timeAgo(until, now) })}</p>
${actions(
	linkButton("primary", say("password.change"), "/account/password"),
	linkButton("plain", say("reset-window.what-happened"), "/account/security"),
)}`,
	};
}
