import { actions, html, linkButton, type PageView } from "../../pages/index.ts";
import { signOutForm } from "./sign-out-form.ts";

/** A reference that leads to nothing of this person's: gone, mistyped or another account's are one page. */
export function foreignResetPage(view: {
	readonly signedInAs: string;
	/** Where to come back to, signed in as somebody else. */
	readonly next: string;
	readonly signOutCsrf: string;
}): Pick<PageView, "title" | "body"> {
	return {
		title: "There is no such request",
		body: html`<p>You are signed in as <strong>${view.signedInAs}</strong>. The request you look for is long over, or it is not
for this account.</p>
<p>If your app is signed in with another account, switch to that one.</p>
${actions(
	linkButton("primary", "What waits for you", "/account/reset"),
	signOutForm({ label: "Switch account", csrf: view.signOutCsrf, next: view.next }),
)}`,
	};
}
