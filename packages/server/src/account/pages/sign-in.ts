import { readAddress } from "../../identifiers/index.ts";
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
	passkeyInput,
	tell,
} from "../../pages/index.ts";
import type { UpstreamService } from "../../proofs/index.ts";
import { addressOf, addressOfStep, nextStep, type Resume } from "../../resume/index.ts";
import { say, type Text } from "../../words/index.ts";
import { forgottenPath } from "./forgotten.ts";
import { signInWith, signInWithMeant } from "./upstream.ts";

export interface SignInView {
	readonly serverName: string;
	readonly csrf: string;
	readonly to: Resume;
	readonly username: string;
	readonly canRegister: boolean;
	/** Whether an e-mail address does as well. Default: no. */
	readonly byAddress?: boolean;
	/** The form to sign in with a passkey, its options as JSON. Undefined where there are none. */
	readonly passkey?: { readonly options: string; readonly csrf: string } | undefined;
	/** Other services by which people sign in. Default: there are none. */
	readonly upstream?: {
		readonly services: readonly UpstreamService[];
		readonly csrf: string;
		/** Those among them by which people with the address that is the name sign in. Default: none. */
		readonly meant?: readonly UpstreamService[];
	};
	/** Whether letters are sent from here. */
	readonly hasMail: boolean;
	readonly error?: { readonly field: string; readonly text: Text };
}

export function signInPage(view: SignInView): PageView {
	const register = addressOfStep(nextStep(undefined, view.to, { newAccount: true }));
	const fields = html`
${field({
	name: "username",
	label: view.byAddress ? say("sign-in.name-or-address") : say("sign-in.user-name"),
	value: view.username,
	...(view.byAddress ? {} : { hint: say("sign-in.user-name-hint", { server: view.serverName }) }),
	autocomplete: view.passkey === undefined ? "username" : "username webauthn",
	autofocus: view.username === "" && view.error === undefined,
	error: view.error?.field === "username" ? view.error.text : undefined,
})}
${field({
	name: "password",
	label: say("password.label"),
	type: "password",
	autocomplete: "current-password",
	autofocus: view.username !== "" && view.error === undefined,
	error: view.error?.field === "password" ? view.error.text : undefined,
})}
${hidden("next", addressOf(view.to))}
${actions(button("primary", say("sign-in.sign-in")), view.canRegister ? linkButton("plain", say("register.title"), register) : undefined)}`;
	return {
		title: say("sign-in.sign-in"),
		asksOperator: true,
		body: html`${whyForReset(view.to)}
${withMeant(view)}
${form({ action: "/login", csrf: view.csrf, fields })}
${withPasskey(view)}
${view.upstream && signInWith({ ...view.upstream, to: view.to, services: othersOf(view) })}
<p class="small soft below">${view.hasMail ? tell("sign-in.forgot-mail", { mail: link(forgottenPath) }) : say("sign-in.forgot")}</p>`,
	};
}

/** Where somebody comes with an address of a company's, its service stands first: they have no password here, as a rule. */
function withMeant({ upstream, username, to }: SignInView): Html | undefined {
	const { meant = [], csrf = "" } = upstream ?? {};
	const address = readAddress(username)?.address;
	if (meant.length === 0 || address === undefined) return undefined;
	const domain = address.slice(address.lastIndexOf("@") + 1);
	return html`<p>${say("upstream.meant", { domain })}</p>
${signInWithMeant({ services: meant, csrf, to, loginHint: address })}
<hr>`;
}

function othersOf({ upstream: { services, meant = [] } = { services: [], csrf: "" } }: SignInView) {
	return services.filter(({ id }) => !meant.some((one) => one.id === id));
}

/** In a form of its own, so that nobody has to type a name. Hidden until a script finds that the browser can. */
function withPasskey({ passkey, to }: SignInView): Html | undefined {
	if (passkey === undefined) return undefined;
	const fields = html`${hidden("next", addressOf(to))}
${passkeyInput({ does: "autofill", options: passkey.options })}
${actions(button("plain", say("proofs.sign-in")))}`;
	return form({ action: "/login/passkey", csrf: passkey.csrf, fields, isHidden: true });
}

/** The link to an approval may come from anybody: whoever opens it signed out learns what for, and that it gives nothing away. */
function whyForReset(to: Resume): Html | undefined {
	if (to.kind === "reset") return html`<p>${say("sign-in.for-request")}</p>`;
	if (to.kind === "page" && to.page === "reset") return html`<p>${say("sign-in.for-identity")}</p>`;
	return undefined;
}
