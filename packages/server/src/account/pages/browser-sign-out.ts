import { actions, button, facts, form, html, linkButton, type PageView, timeAgo } from "../../pages/index.ts";
import type { ListedBrowserSession } from "../../people/index.ts";
import { browserName } from "./browser-words.ts";
import { claimed } from "./claims.ts";
import { claim } from "./device-words.ts";
import { type ProofView, proofField, proofProblem } from "./proof-field.ts";

export interface SignOutBrowserView extends ProofView {
	readonly browser: ListedBrowserSession;
	readonly csrf: string;
	readonly now: number;
}

/** One other browser in which the person is signed in, and the way to sign it out. */
export function signOutBrowserPage(view: SignOutBrowserView): PageView {
	const { browser, now } = view;
	const agent = claim(browser.userAgent, 256);
	return {
		title: "Sign out this browser?",
		body: html`${proofProblem(view)}
${facts([
	["Browser", html`<strong>${claimed(browserName(browser.userAgent))}</strong>`],
	["Calls itself", agent && claimed(agent)],
	["Signed in", html`${timeAgo(browser.createdAt, now)}`],
	["From address", browser.address],
	["Last seen", html`${timeAgo(browser.lastSeenAt, now)}`],
])}
<p>Whoever uses it has to sign in again to see these pages. Apps that were signed in with it stay signed in: they are
your <a href="/account/devices">devices</a>.</p>
<p>If you do not know it, <a href="/account/password">change your password</a>: that signs out every other browser too.</p>
${form({
	action: `/account/browsers/${browser.idHash}`,
	csrf: view.csrf,
	fields: html`${proofField(view)}${actions(
		button("danger", "Sign out"),
		linkButton("plain", "Keep it", "/account/browsers"),
	)}`,
})}`,
	};
}

export interface SignOutOthersView extends ProofView {
	readonly others: number;
	readonly csrf: string;
}

/** Every browser but this one. Says so too where there is none, instead of a button that does nothing. */
export function signOutOthersPage(view: SignOutOthersView): PageView {
	const title = "Sign out all other browsers?";
	if (view.others === 0) {
		return {
			title,
			body: html`<p>You are signed in to these pages nowhere else.</p>
${actions(linkButton("plain", "Your browsers", "/account/browsers"))}`,
		};
	}
	const count = view.others === 1 ? "1 other browser is" : `${view.others} other browsers are`;
	return {
		title,
		body: html`${proofProblem(view)}
<ul>
<li>${count} signed out of these pages at once. This one stays.</li>
<li>Your apps stay signed in. To end those as well, <a href="/account/sign-out-everywhere">sign out everywhere</a>.</li>
<li>Whoever knows your password can sign in again. If somebody else might, <a href="/account/password">change it</a>.</li>
</ul>
${form({
	action: "/account/browsers/others",
	csrf: view.csrf,
	fields: html`${proofField(view)}${actions(
		button("danger", "Sign out the others"),
		linkButton("plain", "Cancel", "/account/browsers"),
	)}`,
})}`,
	};
}

/** For ids that do not exist, are signed out, are somebody else's or this very browser's: one answer for all. */
export const noSuchBrowser = {
	status: 404,
	title: "Browser not found",
	text: "No other browser of yours that is signed in has this address. It may have been signed out already.",
	action: { label: "Your browsers", href: "/account/browsers" },
} as const;
