import {
	actions,
	button,
	errorSummary,
	field,
	form,
	type Html,
	hidden,
	html,
	linkButton,
	type PageView,
} from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";

export interface SignInView {
	readonly serverName: string;
	readonly csrf: string;
	readonly next: string;
	readonly username: string;
	readonly canRegister: boolean;
	readonly error?: { readonly field: string; readonly text: Text };
}

export function signInPage(view: SignInView): PageView {
	const register = `/register?${new URLSearchParams({ next: view.next })}`;
	const fields = html`
${field({
	name: "username",
	label: say("sign-in.user-name"),
	value: view.username,
	hint: say("sign-in.user-name-hint", { server: view.serverName }),
	autocomplete: "username",
	autofocus: view.username === "",
	error: view.error?.field === "username" ? view.error.text : undefined,
})}
${field({
	name: "password",
	label: say("password.label"),
	type: "password",
	autocomplete: "current-password",
	autofocus: view.username !== "",
	error: view.error?.field === "password" ? view.error.text : undefined,
})}
${hidden("next", view.next)}
${actions(button("primary", say("sign-in.sign-in")), view.canRegister ? linkButton("plain", say("register.title"), register) : undefined)}`;
	return {
		title: say("sign-in.sign-in"),
		body: html`${errorSummary(view.error ? [view.error] : [])}
${whyForReset(view.next)}
${form({ action: "/login", csrf: view.csrf, fields })}
<p class="small soft below">${say("sign-in.forgot")}</p>`,
	};
}

/** The link to an approval may come from anybody: whoever opens it signed out learns what for, and that it gives nothing away. */
function whyForReset(next: string): Html | undefined {
	const { pathname } = new URL(next, "http://server.invalid");
	if (!/^\/account\/reset(?:\/|$)/.test(pathname)) return undefined;
	const why = /reset\/./.test(pathname) ? say("sign-in.for-request") : say("sign-in.for-identity");
	return html`<p>${why}</p>`;
}
