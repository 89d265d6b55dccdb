import {
	actions,
	button,
	errorSummary,
	facts,
	field,
	form,
	html,
	linkButton,
	type PageView,
} from "../../pages/index.ts";

export interface ProfileView {
	readonly userId: string;
	/** As it is, or as it was typed before something was wrong with it. */
	readonly displayName: string;
	readonly csrf: string;
	readonly problem?: string | undefined;
}

/** What others see of the person, as far as these pages change it. */
export function profilePage(view: ProfileView): PageView {
	const { problem } = view;
	return {
		title: "Display name",
		body: html`${problem === undefined ? "" : errorSummary([{ field: "displayname", text: problem }])}
<p>Other people on Matrix see this name. You sign in with your user name, which stays as it is.</p>
${facts([["User ID", view.userId]])}
${form({
	action: "/account/profile",
	csrf: view.csrf,
	fields: html`${field({
		name: "displayname",
		label: "Display name",
		value: view.displayName,
		hint: "Leave it empty to be shown as your user ID.",
		autocomplete: "nickname",
		error: problem,
		optional: true,
	})}
${actions(button("primary", "Save"), linkButton("plain", "Cancel", "/account/"))}`,
})}`,
	};
}
