import { safeText } from "../../http/index.ts";
import {
	actions,
	button,
	field,
	form,
	type Html,
	hidden,
	html,
	link,
	linkButton,
	type PageView,
	tell,
	trouble,
} from "../../pages/index.ts";
import type { Terms } from "../../people/index.ts";
import { addressOf, addressOfStep, nextStep, type Resume } from "../../resume/index.ts";
import { say, type Text } from "../../words/index.ts";
import type { CaptchaWidget } from "../ports.ts";
import { agreement } from "./agreement.ts";
import { newPasswordHint } from "./password.ts";
import { captchaField, notYou, onTheWay, registerPath } from "./register-address.ts";
import { tokenField } from "./token-field.ts";

export interface RegisterView {
	readonly serverName: string;
	readonly csrf: string;
	readonly to: Resume;
	readonly username: string;
	/** What is in the field for a registration token; undefined: there is none. */
	readonly token?: string | undefined;
	/** The address that was shown to be theirs. Undefined: none is asked for. */
	readonly mailbox?: { readonly address: string; readonly key: string } | undefined;
	/** Of the form that forgets it. */
	readonly forgetCsrf: string;
	/** Where it is asked for on this page. */
	readonly captcha?: CaptchaWidget | undefined;
	/** What has to be agreed to. */
	readonly terms?: Terms | undefined;
	readonly error?: { readonly field?: string; readonly text: Text };
}

export function registerPage(view: RegisterView): PageView {
	const signIn = addressOfStep(nextStep(undefined, view.to));
	// What programs keep passwords by stands together: name and password, and nothing between them.
	const fields = html`
${view.mailbox && ownAddress(view, view.mailbox)}
${field({
	name: "username",
	label: say("sign-in.user-name"),
	value: view.username,
	hint: say("register.user-name-hint", { server: view.serverName }),
	autocomplete: "username",
	autofocus: view.error?.field === undefined,
	error: view.error?.field === "username" ? view.error.text : undefined,
})}
${field({
	name: "password",
	label: say("password.label"),
	type: "password",
	hint: newPasswordHint,
	autocomplete: "new-password",
	error: view.error?.field === "password" ? view.error.text : undefined,
})}
${
	view.token !== undefined &&
	tokenField(view.token, view.error?.field === "token" ? view.error.text : undefined)
}
${view.terms && agreement(view.terms, view.error?.field === "terms" ? view.error.text : undefined)}
${captchaField(view.captcha, view.error?.field === "captcha" ? view.error.text : undefined)}
${hidden("next", addressOf(view.to))}
${actions(button("primary", say("register.create")), linkButton("plain", say("register.have-one"), signIn))}`;
	return {
		...{ title: say("register.title"), outside: view.captcha },
		body: html`${view.error?.field === undefined && trouble(view.error?.text)}${form({ action: "/register", csrf: view.csrf, fields })}${view.mailbox && notYou(view, view.mailbox)}`,
	};
}

/** It goes along: what another window of the browser shows since is not what was read here. */
function ownAddress(view: RegisterView, { address, key }: NonNullable<RegisterView["mailbox"]>): Html {
	const again = onTheWay(registerPath, view, { again: "1" });
	return html`<p>${tell("register.your-address", { address: safeText(address, 254), other: link(again) })}</p>
${hidden("email", key)}`;
}
