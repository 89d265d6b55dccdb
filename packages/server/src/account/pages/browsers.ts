import {
	actions,
	type Html,
	html,
	link,
	linkButton,
	type PageView,
	tell,
	timeAgo,
} from "../../pages/index.ts";
import { type ListedBrowserSession, listedBrowsers } from "../../people/index.ts";
import { say } from "../../words/index.ts";
import { browserName } from "./browser-words.ts";
import { claimed } from "./claims.ts";
import { whenAndWhere } from "./network.ts";

export interface BrowsersView {
	/** Last seen first. */
	readonly browsers: readonly ListedBrowserSession[];
	/** The one that looks, which may have been seen too long ago to be among them. */
	readonly here: Pick<ListedBrowserSession, "idHash" | "createdAt"> & {
		readonly userAgent: string | undefined;
	};
	readonly now: number;
	/** Form that signs out of this browser. */
	readonly signOut: Html;
}

/** Where the person is signed in to these pages: this browser first, then the others. */
export function browsersPage(view: BrowsersView): PageView {
	const { browsers, here, now } = view;
	const others = browsers.filter(({ idHash }) => idHash !== here.idHash);
	const own = browsers.find(({ idHash }) => idHash === here.idHash);
	return {
		title: say("browsers.title"),
		body: html`<p class="soft">${tell("browsers.here-signed-in", { devices: link("/account/devices") })}</p>
<h2>${say("browsers.this")}</h2>
<ul class="rows"><li><strong>${claimed(browserName(here.userAgent))}</strong><br>
<span class="soft small">${tell("browsers.signed-in", { when: whenAndWhere(timeAgo(here.createdAt, now), own?.address) })}</span></li></ul>
${actions(view.signOut)}
<h2>${say("browsers.others")}</h2>
${
	others.length === 0
		? html`<p>${say("browsers.nowhere-else")}</p>`
		: html`<ul class="rows">${others.map((browser) => row(browser, now))}</ul>`
}
${browsers.length >= listedBrowsers && html`<p class="soft">${say("browsers.may-be-more", { count: listedBrowsers })}</p>`}
${actions(
	others.length === 0
		? undefined
		: linkButton("plain", say("browsers.sign-out-others"), "/account/browsers/others"),
	linkButton("plain", say("common.back"), "/account/"),
)}`,
	};
}

function row(browser: ListedBrowserSession, now: number): Html {
	const signedIn = whenAndWhere(timeAgo(browser.createdAt, now), browser.address);
	const seen =
		browser.lastSeenAt > browser.createdAt
			? html` · ${tell("browsers.last-seen-at", { when: timeAgo(browser.lastSeenAt, now) })}`
			: "";
	return html`<li><a href="/account/browsers/${browser.idHash}">${claimed(browserName(browser.userAgent))}</a><br>
<span class="soft small">${tell("browsers.signed-in", { when: signedIn })}${seen}</span></li>`;
}
