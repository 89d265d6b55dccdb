import { actions, type Html, html, linkButton, type PageView, timeAgo } from "../../pages/index.ts";
import { type ListedBrowserSession, listedBrowsers } from "../../people/index.ts";
import { browserName } from "./browser-words.ts";
import { claimed } from "./claims.ts";

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
		title: "Browsers",
		body: html`<p class="soft">Here you are signed in to these pages. Apps are not among them: they are your <a href="/account/devices">devices</a>.</p>
<h2>This browser</h2>
<ul class="rows"><li><strong>${claimed(browserName(here.userAgent))}</strong><br>
<span class="soft small">Signed in ${timeAgo(here.createdAt, now)}${from(own?.address)}</span></li></ul>
${actions(view.signOut)}
<h2>Other browsers</h2>
${
	others.length === 0
		? html`<p>You are signed in nowhere else.</p>`
		: html`<ul class="rows">${others.map((browser) => row(browser, now))}</ul>`
}
${browsers.length < listedBrowsers ? "" : html`<p class="soft">These are the ${listedBrowsers} seen last; there may be more.</p>`}
${actions(
	others.length === 0
		? undefined
		: linkButton("plain", "Sign out all other browsers", "/account/browsers/others"),
	linkButton("plain", "Back", "/account/"),
)}`,
	};
}

function row(browser: ListedBrowserSession, now: number): Html {
	const seen =
		browser.lastSeenAt > browser.createdAt ? html` · last seen ${timeAgo(browser.lastSeenAt, now)}` : "";
	return html`<li><a href="/account/browsers/${browser.idHash}">${claimed(browserName(browser.userAgent))}</a><br>
<span class="soft small">Signed in ${timeAgo(browser.createdAt, now)}${from(browser.address)}${seen}</span></li>`;
}

function from(address: string | undefined): Html | undefined {
	return address === undefined ? undefined : html` from ${address}`;
}
