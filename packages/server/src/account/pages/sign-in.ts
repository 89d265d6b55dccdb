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

export interface SignInView {
	readonly serverName: string;
	readonly csrf: string;
	readonly next: string;
	readonly username: string;
	readonly canRegister: boolean;
	readonly error?: { readonly field: string; readonly text: string };
}

export function signInPage(view: SignInView): PageView {
	const register = `/register?${new URLSearchParams({ next: view.next })}`;
	const fields = html`
${field({
	name: "username",
	label: "User name",
	value: view.username,
	hint: `Like alice, or @alice:${view.serverName}`,
	autocomplete: "username",
	autofocus: view.username === "",
	error: view.error?.field === "username" ? view.error.text : undefined,
})}
${field({
	name: "password",
	label: "Password",
	type: "password",
	autocomplete: "current-password",
	autofocus: view.username !== "",
	error: view.error?.field === "password" ? view.error.text : undefined,
})}
${hidden("next", view.next)}
${actions(button("primary", "Sign in"), view.canRegister ? linkButton("plain", "Create an account", register) : undefined)}`;
	return {
		title: "Sign in",
		body: html`${errorSummary(view.error ? [view.error] : [])}
${whyForReset(view.next)}
${form({ action: "/login", csrf: view.csrf, fields })}
<p class="small soft below">Forgot your password? Ask the people who run this server.</p>`,
	};
}

/** The link to an approval may come from anybody: whoever opens it signed out learns what for, and that it gives nothing away. */
function whyForReset(next: string): Html | undefined {
	const { pathname } = new URL(next, "http://server.invalid");
	if (!/^\/account\/reset(?:\/|$)/.test(pathname)) return undefined;
	const why = /reset\/./.test(pathname)
		? "see who asks to replace your digital identity"
		: "go on to your digital identity";
	return html`<p>Sign in to ${why}. Signing in approves nothing.</p>`;
}
