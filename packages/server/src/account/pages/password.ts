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
import { type ProofAsked, passwordLimits } from "../../proofs/index.ts";
import { say, type Text } from "../../words/index.ts";
import { isByPasswordAlone, proofField } from "./proof-field.ts";

export interface PasswordView {
	readonly username: string;
	readonly csrf: string;
	readonly asks: ProofAsked;
	readonly problem?: { readonly field: "current" | "password"; readonly text: Text } | undefined;
}

/** Changes the password: the old one proves who asks, or what the account has besides. */
export function passwordPage(view: PasswordView): PageView {
	const { problem } = view;
	const problemOf = (name: string) => (problem?.field === name ? problem.text : undefined);
	return {
		title: say("password.change"),
		body: html`${problem !== undefined && errorSummary([problem])}
<p>${say("password.change-effect")}</p>
${form({
	action: "/account/password",
	csrf: view.csrf,
	fields: html`${usernameForPasswordManagers(view.username)}
${currentPassword(view, problemOf("current"))}
${field({ name: "password", label: say("password.new"), type: "password", autocomplete: "new-password", hint: newPasswordHint, error: problemOf("password") })}
${actions(button("primary", say("password.change")), linkButton("plain", say("common.cancel"), "/account/"))}`,
})}`,
	};
}

function currentPassword({ asks }: PasswordView, error: Text | undefined) {
	const [name, label, type] = ["current", say("password.current"), "password"] as const;
	if (!isByPasswordAlone(asks)) return proofField({ asks, problem: error, name, label });
	return field({ name, label, type, autocomplete: "current-password", error });
}

/** The same wherever somebody thinks one up. */
export const newPasswordHint = say("password.new-hint", { least: passwordLimits.minCharacters });

/** Password managers store a new password under the name they find in its form. */
export function usernameForPasswordManagers(username: string) {
	return html`<input type="text" name="username" value="${username}" autocomplete="username" hidden readonly>`;
}
