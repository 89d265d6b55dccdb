import {
	actions,
	button,
	facts,
	form,
	html,
	link,
	linkButton,
	type PageView,
	tell,
	timeAgo,
} from "../../pages/index.ts";
import type { ListedBrowserSession } from "../../people/index.ts";
import { say } from "../../words/index.ts";
import { agentClaim, browserName } from "./browser-words.ts";
import { claimed } from "./claims.ts";
import { type ProofView, proofField, proofTrouble } from "./proof-field.ts";

export interface SignOutBrowserView extends ProofView {
	readonly browser: ListedBrowserSession;
	readonly csrf: string;
	readonly now: number;
}

/** One other browser in which the person is signed in, and the way to sign it out. */
export function signOutBrowserPage(view: SignOutBrowserView): PageView {
	const { browser, now } = view;
	const agent = agentClaim(browser.userAgent);
	return {
		title: say("browsers.sign-out-one"),
		body: html`${proofTrouble(view)}
${facts([
	[say("browsers.browser"), html`<strong>${claimed(browserName(browser.userAgent))}</strong>`],
	[say("browsers.calls-itself"), agent && claimed(agent)],
	[say("asking.signed-in"), html`${timeAgo(browser.createdAt, now)}`],
	[say("browsers.from-address"), browser.address],
	[say("browsers.last-seen"), html`${timeAgo(browser.lastSeenAt, now)}`],
])}
<p>${tell("browsers.effect", { devices: link("/account/devices") })}</p>
<p>${tell("browsers.unknown", { password: link("/account/password") })}</p>
${form({
	action: `/account/browsers/${browser.idHash}`,
	csrf: view.csrf,
	fields: html`${proofField(view)}${actions(
		button("danger", say("browsers.sign-out")),
		linkButton("plain", say("common.keep-it"), "/account/browsers"),
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
	const title = say("browsers.sign-out-others-title");
	if (view.others === 0) {
		return {
			title,
			body: html`<p>${say("browsers.nowhere-else-here")}</p>
${actions(linkButton("plain", say("browsers.yours"), "/account/browsers"))}`,
		};
	}
	return {
		title,
		body: html`${proofTrouble(view)}
<ul>
<li>${say("browsers.others-effect", { count: view.others })}</li>
<li>${tell("browsers.apps-stay", { everywhere: link("/account/sign-out-everywhere") })}</li>
<li>${tell("browsers.password-known", { password: link("/account/password") })}</li>
</ul>
${form({
	action: "/account/browsers/others",
	csrf: view.csrf,
	fields: html`${proofField(view)}${actions(
		button("danger", say("browsers.sign-out-the-others")),
		linkButton("plain", say("common.cancel"), "/account/browsers"),
	)}`,
})}`,
	};
}

/** For ids that do not exist, are signed out, are somebody else's or this very browser's: one answer for all. */
export const noSuchBrowser = {
	status: 404,
	title: say("browsers.not-found"),
	text: say("browsers.not-found-text"),
	action: { label: say("browsers.yours"), href: "/account/browsers" },
} as const;
