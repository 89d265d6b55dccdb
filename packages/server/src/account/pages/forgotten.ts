import { actions, button, field, form, html, linkButton, type PageView } from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";

export const forgottenPath = "/account/forgotten-password";

/** Asks who somebody is, and says nothing of whether anybody is meant. */
export function forgottenPage(view: {
	readonly csrf: string;
	readonly typed: string;
	/** Whether some people's passwords are in a directory. The same for everybody: nobody is looked up. */
	readonly hasDirectory: boolean;
	readonly problem?: Text;
}): PageView {
	const { problem, hasDirectory } = view;
	return {
		title: say("forgotten.title"),
		body: html`<p>${say("forgotten.what")}</p>
${hasDirectory && html`<p class="soft">${say("forgotten.elsewhere")}</p>`}
${form({
	action: forgottenPath,
	csrf: view.csrf,
	fields: html`${field({ name: "who", label: say("forgotten.label"), value: view.typed, autocomplete: "username", error: problem })}
${actions(button("primary", say("forgotten.send")), linkButton("plain", say("common.cancel"), "/login"))}`,
})}`,
	};
}

/** The same whatever was typed. */
export function askedPage({ hasDirectory }: { readonly hasDirectory: boolean }): PageView {
	return {
		title: say("forgotten.sent"),
		asksOperator: true,
		body: html`<p>${say("forgotten.sent-text")}</p>
<p>${say("forgotten.nothing-came")}</p>
${hasDirectory && html`<p>${say("forgotten.elsewhere")}</p>`}
${actions(linkButton("plain", say("sign-in.sign-in"), "/login"))}`,
	};
}
