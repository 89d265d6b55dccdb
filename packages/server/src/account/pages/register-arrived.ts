import { safeText } from "../../http/index.ts";
import {
	actions,
	button,
	field,
	form,
	hidden,
	html,
	linkButton,
	type PageView,
	tell,
	trouble,
} from "../../pages/index.ts";
import type { Terms } from "../../people/index.ts";
import { addressOf, addressOfStep, nextStep, type Resume } from "../../resume/index.ts";
import type { Arrived } from "../../upstream/index.ts";
import { say, type Text } from "../../words/index.ts";
import { agreement } from "./agreement.ts";
import { tokenField } from "./token-field.ts";

export const registerArrivedPath = "/register/elsewhere";
export const forgetArrivedPath = "/register/elsewhere/not-me";

export interface RegisterArrivedView {
	readonly serverName: string;
	readonly csrf: string;
	readonly forgetCsrf: string;
	readonly to: Resume;
	readonly arrived: Pick<Arrived, "said" | "service" | "key">;
	readonly username: string;
	/** What is in the field for a registration token; undefined: there is none. */
	readonly token?: string | undefined;
	readonly terms?: Terms | undefined;
	readonly error?: { readonly field?: string; readonly text: Text } | undefined;
}

/** Somebody whom a service vouched for gets an account: what it said of them, and the name that others will see. */
export function registerArrivedPage(view: RegisterArrivedView): PageView {
	const { arrived, error } = view;
	const { said, service, key } = arrived;
	const provider = service.name;
	const isFixed = said.localpart?.isFixed === true;
	const signIn = addressOfStep(nextStep(undefined, view.to));
	const fields = html`
${field({
	name: "username",
	label: say("sign-in.user-name"),
	value: isFixed ? (said.localpart?.value ?? "") : view.username,
	hint: isFixed
		? say("upstream.register-fixed")
		: say("register.user-name-hint", { server: view.serverName }),
	autocomplete: "username",
	readonly: isFixed,
	autofocus: !isFixed && error?.field === undefined,
	error: error?.field === "username" ? error.text : undefined,
})}
${view.token !== undefined && tokenField(view.token, error?.field === "token" ? error.text : undefined)}
${view.terms && agreement(view.terms, error?.field === "terms" ? error.text : undefined)}
${hidden("arrived", key)}
${hidden("next", addressOf(view.to))}
${actions(button("primary", say("register.create")), linkButton("plain", say("register.have-one"), signIn))}`;
	const account = said.accountName;
	return {
		title: say("upstream.register"),
		body: html`${error?.field === undefined && trouble(error?.text)}
<p>${
			account === undefined
				? say("upstream.register-unknown", { provider })
				: tell("upstream.register-known", { provider, account: safeText(account, 100) })
		}</p>
${said.email?.isVouched && html`<p>${tell("upstream.register-email", { address: safeText(said.email.address, 254) })}</p>`}
<p>${say("upstream.register-have-one")}</p>
${form({ action: registerArrivedPath, csrf: view.csrf, fields })}
<hr>
<p class="small soft">${say("upstream.forget-text")}</p>
${form({
	...{ action: forgetArrivedPath, csrf: view.forgetCsrf },
	fields: html`${hidden("arrived", key)}${hidden("next", addressOf(view.to))}${actions(button("plain", say("upstream.forget")))}`,
})}`,
	};
}
