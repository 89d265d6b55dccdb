import { actions, button, field, form, html, linkButton, type PageView } from "../../pages/index.ts";
import { type ProofAsked, passwordLimits } from "../../proofs/index.ts";
import { say } from "../../words/index.ts";
import { isByPasswordAlone, type Problem, proofField, proofTrouble } from "./proof-field.ts";

export interface PasswordView {
	readonly username: string;
	readonly csrf: string;
	readonly asks: ProofAsked;
	/** Of the field `password`: of the new one. */
	readonly problem?: Problem | undefined;
}

/** Changes the password: the old one proves who asks, or what the account has besides. */
export function passwordPage(view: PasswordView): PageView {
	const { problem } = view;
	const ofNew = problem?.field === "password" ? problem.text : undefined;
	const proof = { asks: view.asks, problem: ofNew === undefined ? problem : undefined };
	return {
		title: say("password.change"),
		body: html`${proofTrouble(proof)}
<p>${say("password.change-effect")}</p>
${form({
	action: "/account/password",
	csrf: view.csrf,
	fields: html`${usernameForPasswordManagers(view.username)}
${currentPassword(proof)}
${field({ name: "password", label: say("password.new"), type: "password", autocomplete: "new-password", hint: newPasswordHint, error: ofNew })}
${actions(button("primary", say("password.change")), linkButton("plain", say("common.cancel"), "/account/"))}`,
})}`,
	};
}

/** Whose password a directory checks changes it there: one of here would outlast its end there. */
export function passwordElsewherePage(): PageView {
	return {
		title: say("password.elsewhere"),
		body: html`<p>${say("password.elsewhere-text")}</p>
${actions(linkButton("plain", say("common.back"), "/account/"))}`,
	};
}

function currentPassword({ asks, problem }: Pick<PasswordView, "asks" | "problem">) {
	const [name, label, type] = ["current", say("password.current"), "password"] as const;
	if (!isByPasswordAlone(asks)) return proofField({ asks, problem, name, label });
	return field({ name, label, type, autocomplete: "current-password", error: problem?.text });
}

/** The same wherever somebody thinks one up. */
export const newPasswordHint = say("password.new-hint", { least: passwordLimits.minCharacters });

/** Password managers store a new password under the name they find in its form. */
export function usernameForPasswordManagers(username: string) {
	return html`<input type="text" name="username" value="${username}" autocomplete="username" hidden readonly>`;
}
