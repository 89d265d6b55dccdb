import {
	actions,
	button,
	choice,
	errorSummary,
	form,
	html,
	linkButton,
	notice,
	type PageView,
	timeAgo,
} from "../../pages/index.ts";
import { livePage } from "../completion.ts";
import { proofField } from "./proof-field.ts";
import { lossAndRemains } from "./reset-consequences.ts";

export const resetWindowPath = "/account/reset";

export interface ResetWindowView {
	readonly userId: string;
	readonly csrf: string;
	readonly passwordNeeded: boolean;
	readonly problem?: WindowProblem | undefined;
}

export interface WindowProblem {
	/** What has to be put right; without it the homeserver is what failed. */
	readonly field?: "understood" | "password";
	readonly text: string;
}

/** Asks before the homeserver's switch is used, and says what that switch is: of the account, not of one app. */
export function resetWindowPage(view: ResetWindowView): PageView {
	const { problem } = view;
	return {
		title: "Reset your digital identity?",
		body: html`${problem === undefined ? "" : errorSummary([problem])}
<p>An app of <strong>${view.userId}</strong> may have sent you here. Agree only if you started this yourself, just now.</p>
${notice(
	"warning",
	"What you allow is not for one app alone.",
	`For ten minutes any device signed in to your account, also one that somebody has stolen the access of, can replace
your digital identity, not only the app you are looking at.`,
)}
<p>So look at <a href="/account/devices">your devices</a> first, and sign out what you do not know.</p>
${lossAndRemains()}
<h2>Your answer</h2>
${form({
	action: resetWindowPath,
	csrf: view.csrf,
	fields: html`${choice({
		name: "understood",
		label: "I started this myself, and I know that any device signed in to my account can use it",
		required: true,
	})}
${proofField({ passwordNeeded: view.passwordNeeded, problem: problem?.field === "password" ? problem.text : undefined })}
${actions(button("danger", "Allow it for ten minutes"), linkButton("plain", "Cancel", "/account/"))}`,
})}`,
	};
}

const againSeconds = 20;

/** Open: until when, and what to do with it or against it. */
export function openWindowPage({ until, now }: { readonly until: number; readonly now: number }): PageView {
	const body = html`<p><strong>Go back to the app.</strong> It goes on by itself within seconds. If it does not, press Retry or
Continue there.</p>
${notice(
	"warning",
	"Not the app alone can use it.",
	html`Any device signed in to your account can replace your identity. This ends ${timeAgo(until, now)}, or once the
identity is replaced; it cannot be ended earlier from here.`,
)}
<h2>This was not you?</h2>
<p><a href="/account/sign-out-everywhere">Sign out everywhere</a> at once, then <a href="/account/password">change your
password</a>.</p>
<p class="small"><a href="/account/security">What happened in your account</a></p>`;
	return livePage({ title: "Your digital identity can be replaced now", body }, { done: true, againSeconds });
}
