import {
	actions,
	button,
	errorSummary,
	field,
	form,
	hidden,
	html,
	type PageView,
} from "../../pages/index.ts";

export interface ConfirmView {
	readonly userId: string;
	readonly csrf: string;
	readonly signOutCsrf: string;
	readonly next: string;
	readonly error?: { readonly field: string; readonly text: string };
}

/** Somebody is signed in; what comes next wants to know that it is still the same person. */
export function confirmPage(view: ConfirmView): PageView {
	const confirm = html`
${field({ name: "username", label: "User name", value: view.userId, autocomplete: "username", readonly: true })}
${field({
	name: "password",
	label: "Password",
	type: "password",
	autocomplete: "current-password",
	autofocus: true,
	error: view.error?.text,
})}
${hidden("next", view.next)}
${actions(button("primary", "Continue"))}`;
	const leave = html`${hidden("next", view.next)}<p class="soft">Not you?</p>${button("plain", "Use another account")}`;
	return {
		title: "Confirm it is you",
		body: html`${errorSummary(view.error ? [view.error] : [])}
<p>What comes next needs your password once more.</p>
${form({ action: "/login", csrf: view.csrf, fields: confirm })}
<hr>
${form({ action: "/logout", csrf: view.signOutCsrf, fields: leave })}`,
	};
}
