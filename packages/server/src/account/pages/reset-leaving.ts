import { type ResetRequest, waitsForObjections } from "@countersign/core";
import { actions, html, linkButton, type PageView, tell } from "../../pages/index.ts";
import { say } from "../../words/index.ts";
import { livePage } from "../live-page.ts";

/** The person has agreed, has not taken it back, and it can be used: whoever opened the page may go on. */
export function isAgreed(request: ResetRequest, now: number): boolean {
	const { state } = request;
	return (
		(state === "approved" && !waitsForObjections(request, now)) || state === "spending" || state === "spent"
	);
}

/** Shown for a moment, or until the link is followed where a browser does not go on by itself. */
export function leavingPage(to: string): PageView {
	return {
		title: say("reset.leaving"),
		body: html`<p>${say("reset.leaving-text")}</p>
${actions(linkButton("primary", say("common.go-on"), to))}`,
	};
}

/**
 * The end of the fallback page, on the homeserver's origin. Nobody is signed in there: it says nothing of the request
 * but that it was approved, which the app that knows the session learns from its next upload anyway.
 */
export function agreedPage({ request }: { readonly request: string }): PageView {
	const body = html`<p>${tell("reset.agreed-text")}</p>
<p class="small"><a href="${request}">${say("reset.see-approval")}</a></p>`;
	return livePage({ title: say("reset.agreed"), body }, { done: true });
}
