import { actions, html, linkButton, type PageView, tell } from "../../pages/index.ts";
import type { Resume } from "../../resume/index.ts";
import { say } from "../../words/index.ts";
import { signOutForm } from "./sign-out-form.ts";

/** A reference that leads to nothing of this person's: gone, mistyped or another account's are one page. */
export function foreignResetPage(view: {
	readonly signedInAs: string;
	/** Where to come back to, signed in as somebody else. */
	readonly next: Resume;
	readonly signOutCsrf: string;
}): Pick<PageView, "title" | "body"> {
	return {
		title: say("reset.foreign"),
		body: html`<p>${tell("reset.foreign-text", { userId: view.signedInAs })}</p>
<p>${say("reset.foreign-switch")}</p>
${actions(
	linkButton("primary", say("reset.what-waits"), "/account/reset"),
	signOutForm({ label: say("reset.switch-account"), csrf: view.signOutCsrf, next: view.next }),
)}`,
	};
}
