import { actions, button, facts, field, form, html, linkButton, type PageView } from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";

export interface ProfileView {
	readonly userId: string;
	/** As it is, or as it was typed before something was wrong with it. */
	readonly displayName: string;
	readonly csrf: string;
	readonly problem?: Text | undefined;
}

/** What others see of the person, as far as these pages change it. */
export function profilePage(view: ProfileView): PageView {
	const { problem } = view;
	return {
		title: say("profile.display-name"),
		body: html`<p>${say("profile.what-for")}</p>
${facts([[say("profile.user-id"), view.userId]])}
${form({
	action: "/account/profile",
	csrf: view.csrf,
	fields: html`${field({
		name: "displayname",
		label: say("profile.display-name"),
		value: view.displayName,
		hint: say("profile.empty"),
		autocomplete: "nickname",
		error: problem,
		optional: true,
	})}
${actions(button("primary", say("profile.save")), linkButton("plain", say("common.cancel"), "/account/"))}`,
})}`,
	};
}
