import { safeText } from "../../http/index.ts";
import {
	actions,
	button,
	choice,
	field,
	form,
	html,
	linkButton,
	type PageView,
	tell,
} from "../../pages/index.ts";
import type { LinkedPerson } from "../../password-links/index.ts";
import { say, type Text } from "../../words/index.ts";
import { newPasswordHint, usernameForPasswordManagers } from "./password.ts";

interface NewPasswordView {
	readonly kind: LinkedPerson["kind"];
	readonly localpart: string;
	readonly userId: string;
	/** The address of the page, which is all that says whose it is. */
	readonly action: string;
	readonly csrf: string;
	/** What was ticked before something was wrong. Default: not. */
	readonly everywhere?: boolean | undefined;
	readonly problem: Text | undefined;
}

/** What stands behind a link for a password: whose it is, and the form. */
export function newPasswordPage(view: NewPasswordView): PageView {
	const { problem } = view;
	const isFirst = view.kind === "invitation";
	return {
		title: say(isFirst ? "new-password.title-first" : "new-password.title"),
		body: html`<p>${tell("new-password.whose", { userId: safeText(view.userId, 255) })}</p>
<p>${say(isFirst ? "new-password.effect-first" : "new-password.effect")}</p>
${form({
	action: view.action,
	csrf: view.csrf,
	fields: html`${usernameForPasswordManagers(view.localpart)}
${field({ name: "password", label: say("password.new"), type: "password", autocomplete: "new-password", hint: newPasswordHint, error: problem })}
${!isFirst && choice({ name: "everywhere", label: say("new-password.everywhere"), checked: view.everywhere ?? false })}
${actions(button("primary", say("new-password.set")))}`,
})}`,
	};
}

export function passwordSetPage({
	localpart,
	userId,
}: Pick<NewPasswordView, "localpart" | "userId">): PageView {
	const signIn = `/login?${new URLSearchParams({ username: localpart })}`;
	return {
		title: say("new-password.done"),
		body: html`<p>${tell("new-password.done-text", { userId: safeText(userId, 255) })}</p>
${actions(linkButton("primary", say("sign-in.sign-in"), signIn))}`,
	};
}
