import { safeText } from "../../http/index.ts";
import {
	actions,
	button,
	field,
	form,
	type Html,
	hidden,
	html,
	linkButton,
	type PageView,
	tell,
	trouble,
	wrong,
} from "../../pages/index.ts";
import { addressOf, addressOfStep, nextStep, type Resume } from "../../resume/index.ts";
import { say, type Text } from "../../words/index.ts";
import type { CaptchaWidget } from "../ports.ts";
import { tokenField } from "./token-field.ts";

export const registerPath = "/register";
export const registerAddressPath = "/register/address";
export const registerCodePath = "/register/code";
export const registerNotYouPath = "/register/not-you";

/** What goes along from page to page. */
export interface RegisterWay {
	readonly to: Resume;
	/** The name that an app, or an earlier try, asks for. */
	readonly username: string;
}

/** One of the pages of a registration, with what goes along. */
export function onTheWay(
	path: string,
	{ to, username }: RegisterWay,
	besides: Readonly<Record<string, string>> = {},
): string {
	const named = username === "" ? {} : { username };
	return `${path}?${new URLSearchParams({ next: addressOf(to), ...named, ...besides })}`;
}

export interface RegisterAddressView extends RegisterWay {
	readonly csrf: string;
	readonly typed: string;
	readonly captcha?: CaptchaWidget | undefined;
	/** What is in the field for a registration token; undefined: there is none. */
	readonly token: string | undefined;
	readonly error?: { readonly field?: string; readonly text: Text } | undefined;
}

/** Asks for an address; the same page, and the same answer, whosever it is. */
export function registerAddressPage(view: RegisterAddressView): PageView {
	const { error } = view;
	const errorAt = (name: string) => (error?.field === name ? error.text : undefined);
	const fields = html`
${view.token !== undefined && tokenField(view.token, errorAt("token"))}
${field({
	name: "email",
	label: say("email.label"),
	value: view.typed,
	hint: say("register.address-hint"),
	autocomplete: "email",
	autofocus: error?.field === undefined,
	error: errorAt("email"),
})}
${captchaField(view.captcha, errorAt("captcha"))}
${along(view)}
${actions(button("primary", say("email.add-button")), linkButton("plain", say("register.have-one"), signInOf(view)))}`;
	return {
		...{ title: say("register.title"), outside: view.captcha },
		body: html`${error?.field === undefined && trouble(error?.text)}
<p>${say("register.address-first")}</p>
${form({ action: registerAddressPath, csrf: view.csrf, fields })}`,
	};
}

export interface RegisterCodeView extends RegisterWay {
	readonly csrf: string;
	readonly begun: { readonly address: string; readonly key: string };
	/** Of the form that forgets it. */
	readonly forgetCsrf: string;
	readonly wrong?: Text | undefined;
}

export function registerCodePage(view: RegisterCodeView): PageView {
	const { wrong: error } = view;
	const again = onTheWay(registerPath, view, { again: "1" });
	const fields = html`${field({ name: "code", label: say("email.code-label"), hint: say("email.code-hint"), autocomplete: "one-time-code", autofocus: true, error })}
${along(view)}
${actions(button("primary", say("register.code-button")), linkButton("plain", say("register.other-address"), again))}`;
	return {
		title: say("email.code-title"),
		body: html`<p>${tell("email.code-sent", { address: safeText(view.begun.address, 254) })}</p>
${form({ action: registerCodePath, csrf: view.csrf, fields })}
${notYou(view, view.begun)}`,
	};
}

/**
 * For who finds somebody else's address in a browser that several people use. The address goes along: what was begun
 * with another one since stays.
 */
export function notYou(
	{ to, forgetCsrf }: Pick<RegisterCodeView, "to" | "forgetCsrf">,
	{ key }: RegisterCodeView["begun"],
): Html {
	const fields = html`${hidden("next", addressOf(to))}${hidden("email", key)}<p class="soft">${say("register.not-you")}</p>${button("plain", say("register.forget"))}`;
	return html`<hr>
${form({ action: registerNotYouPath, csrf: forgetCsrf, fields })}`;
}

/** What the service's script fills in; without a script nobody can register, and is told so. */
export function captchaField(widget: CaptchaWidget | undefined, error: Text | undefined): Html | undefined {
	if (widget === undefined) return undefined;
	const puzzle = html`<div class="${widget.element} field" data-sitekey="${widget.siteKey}"></div>`;
	return html`${error ? html`<div class="field" role="group" tabindex="-1" autofocus aria-describedby="captcha-error">${puzzle}${wrong("captcha", error)}</div>` : puzzle}
<noscript><p>${say("register.captcha-no-script")}</p></noscript>`;
}

function along({ to, username }: RegisterWay) {
	return html`${hidden("next", addressOf(to))}${username !== "" && hidden("username", username)}`;
}

function signInOf({ to }: RegisterWay): string {
	return addressOfStep(nextStep(undefined, to));
}
