import {
	actions,
	button,
	errorSummary,
	field,
	form,
	html,
	linkButton,
	type PageView,
} from "../../pages/index.ts";
import { passwordBytes } from "../../proofs/index.ts";

export interface PasswordView {
	readonly username: string;
	readonly csrf: string;
	readonly problem?: { readonly field: "current" | "password"; readonly text: string } | undefined;
}

/** Changes the password: the old one proves who asks. */
export function passwordPage(view: PasswordView): PageView {
	const { problem } = view;
	const problemOf = (name: string) => (problem?.field === name ? problem.text : undefined);
	return {
		title: "Change password",
		body: html`${problem === undefined ? "" : errorSummary([problem])}
<p>Every other browser is signed out of this site. Your apps stay signed in.</p>
${form({
	action: "/account/password",
	csrf: view.csrf,
	fields: html`${usernameForPasswordManagers(view.username)}
${field({ name: "current", label: "Current password", type: "password", autocomplete: "current-password", error: problemOf("current") })}
${field({ name: "password", label: "New password", type: "password", autocomplete: "new-password", hint: newPasswordHint, error: problemOf("password") })}
${actions(button("primary", "Change password"), linkButton("plain", "Cancel", "/account/"))}`,
})}`,
	};
}

/** The same wherever somebody thinks one up. */
export const newPasswordHint = `At least ${passwordBytes.min} characters. A few unrelated words are easy to remember and hard to guess.`;

/** Password managers store a new password under the name they find in its form. */
function usernameForPasswordManagers(username: string) {
	return html`<input type="text" name="username" value="${username}" autocomplete="username" hidden readonly>`;
}
