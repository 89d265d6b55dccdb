import {
	actions,
	button,
	errorSummary,
	field,
	form,
	hidden,
	html,
	linkButton,
	type PageView,
} from "../../pages/index.ts";
import { newPasswordHint } from "./password.ts";

export interface RegisterView {
	readonly serverName: string;
	readonly csrf: string;
	readonly next: string;
	readonly username: string;
	readonly error?: { readonly field?: string; readonly text: string };
}

export function registerPage(view: RegisterView): PageView {
	const signIn = `/login?${new URLSearchParams({ next: view.next })}`;
	const fields = html`
${field({
	name: "username",
	label: "User name",
	value: view.username,
	hint: `Others will see you as @name:${view.serverName}. It cannot be changed later. Small letters, digits and . _ = - / +`,
	autocomplete: "username",
	autofocus: true,
	error: view.error?.field === "username" ? view.error.text : undefined,
})}
${field({
	name: "password",
	label: "Password",
	type: "password",
	hint: newPasswordHint,
	autocomplete: "new-password",
	error: view.error?.field === "password" ? view.error.text : undefined,
})}
${hidden("next", view.next)}
${actions(button("primary", "Create account"), linkButton("plain", "I have an account", signIn))}`;
	return {
		title: "Create an account",
		body: html`${errorSummary(view.error ? [view.error] : [])}${form({ action: "/register", csrf: view.csrf, fields })}`,
	};
}
