import {
	actions,
	button,
	choice,
	errorSummary,
	field,
	form,
	html,
	linkButton,
	type PageView,
} from "../../pages/index.ts";
import { proofField } from "./proof-field.ts";

export interface DeactivateView {
	readonly userId: string;
	readonly username: string;
	readonly csrf: string;
	/** What was ticked before something else was wrong. */
	readonly erase: boolean;
	readonly problem?: { readonly field: "username" | "password"; readonly text: string } | undefined;
}

/** Says what closing an account does, before it is done; what is deleted does not come back, so the password is always asked. */
export function deactivatePage(view: DeactivateView): PageView {
	const { problem } = view;
	const problemOf = (name: string) => (problem?.field === name ? problem.text : undefined);
	return {
		title: "Deactivate your account?",
		body: html`${problem === undefined ? "" : errorSummary([problem])}
<p>This closes <strong>${view.userId}</strong> for good. You cannot undo it: only the
people who run this server can open it again, and then it is empty.</p>
<ul>
<li>All your apps and browsers are signed out at once.</li>
<li>Your devices, encryption keys, key backup and digital identity are deleted. Encrypted messages you have not
saved elsewhere cannot be read again.</li>
<li>Nobody, you included, can use the name <strong>${view.username}</strong> again.</li>
<li>Messages you sent stay with the people who received them.</li>
<li>Your display name and picture are shown to nobody here any more. They stay on record, unless you have them erased.</li>
<li>The server keeps your user ID, so that nobody else becomes you, and the security log of this account for a year.</li>
</ul>
${form({
	action: "/account/deactivate",
	csrf: view.csrf,
	fields: html`${choice({ name: "erase", label: "Also erase my profile: display name and picture", checked: view.erase })}
${field({ name: "username", label: `Type ${view.username} to confirm`, autocomplete: "off", error: problemOf("username") })}
${proofField({ passwordNeeded: true, problem: problemOf("password") })}
${actions(button("danger", "Deactivate for good"), linkButton("plain", "Keep my account", "/account/"))}`,
})}`,
	};
}

/** The last page of an account. */
export function deactivatedPage({
	userId,
	erased,
}: {
	readonly userId: string;
	readonly erased: boolean;
}): PageView {
	return {
		title: "Your account is closed",
		body: html`<p><strong>${userId}</strong> is deactivated. All apps and browsers are signed out, and what was kept for them is deleted${erased ? ", your display name and picture included" : ""}.</p>
<p>You can close this window.</p>`,
	};
}
