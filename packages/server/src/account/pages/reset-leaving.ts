import type { ResetRequest } from "@countersign/core";
import { actions, html, linkButton, type PageView } from "../../pages/index.ts";
import { livePage } from "../completion.ts";

/** The person has agreed, and has not taken it back: whoever opened the page may go on. */
export function isAgreed({ state }: Pick<ResetRequest, "state">): boolean {
	return state === "approved" || state === "spending" || state === "spent";
}

/** Shown for a moment, or until the link is followed where a browser does not go on by itself. */
export function leavingPage(to: string): PageView {
	return {
		title: "Approved. Back to the app",
		body: html`<p>You are led back to the page that your app opened.</p>
${actions(linkButton("primary", "Go on", to))}`,
	};
}

/**
 * The end of the fallback page, on the homeserver's origin. Nobody is signed in there: it says nothing of the request
 * but that it was approved, which the app that knows the session learns from its next upload anyway.
 */
export function agreedPage({ request }: { readonly request: string }): PageView {
	const body = html`<p><strong>Go back to the app.</strong> It goes on by itself within seconds; you can close this page. If the app does
not go on, press Retry or Continue there.</p>
<p class="small"><a href="${request}">See what becomes of your approval, or take it back</a></p>`;
	return livePage({ title: "You approved", body }, { done: true });
}
