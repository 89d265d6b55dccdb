import { safeText } from "../../http/index.ts";
import {
	actions,
	button,
	form,
	type Html,
	hidden,
	html,
	linkButton,
	notice,
	type PageView,
	tell,
	timeAgo,
} from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";
import { forgottenPath } from "./forgotten.ts";
import { type ProofView, proofField, proofTrouble } from "./proof-field.ts";

export const notMePath = "/account/not-me/";

/** Those of the front page, each by the line that it is about. */
export const noticePath = "/account/notices/";

/** Where they are put away. */
export const seenPath = "/account/notices";

/** What the person was told of, with the way to object. */
export type RecentNotice = Pick<Told, "what" | "at"> & { readonly eventId: string };

interface Told {
	readonly what: Text;
	readonly at: number;
	readonly now: number;
	readonly userId: string;
	readonly address?: string | undefined;
	/** Whether the homeserver's switch for replacing an identity is on by this. */
	readonly isWindowOpen: boolean;
}

/** What the link in a letter is about, and what saying so does. */
export function notMePage(view: Told & { readonly token: string; readonly csrf: string }): PageView {
	const fields = answers();
	return {
		title: say("notice.title"),
		body: html`${told(view)}${form({ action: `${notMePath}${view.token}`, csrf: view.csrf, fields })}`,
	};
}

/** The same for somebody signed in, who shows to be the person. */
export function noticePage(
	view: Told & ProofView & { readonly eventId: string; readonly csrf: string },
): PageView {
	const fields = html`${proofField(view)}${answers()}`;
	return {
		title: say("notice.title"),
		body: html`${proofTrouble(view)}${told(view)}
${form({ action: `${noticePath}${view.eventId}`, csrf: view.csrf, fields })}`,
	};
}

function told(view: Told): Html {
	const { what, at, now, address } = view;
	const userId = safeText(view.userId, 255);
	return html`<p>${tell("notice.what", { what, when: timeAgo(at, now), userId })}</p>
${address !== undefined && html`<p class="soft">${say("notice.from", { address })}</p>`}
<p>${say("notice.effect")}</p>
${view.isWindowOpen && notice("warning", say("notice.window"), say("notice.window-text"))}`;
}

function answers(): Html {
	return actions(
		button("danger", say("notice.button")),
		linkButton("plain", say("notice.was-me"), "/account/"),
	);
}

export function objectedPage(): PageView {
	return done(linkButton("primary", say("notice.new-password"), forgottenPath));
}

/** For whoever is still signed in. */
export function objectedHerePage(): PageView {
	return done(linkButton("primary", say("password.change"), "/account/password"));
}

function done(next: Html): PageView {
	return {
		title: say("notice.done"),
		body: html`<p>${say("notice.done-text")}</p>
${actions(next)}`,
	};
}

/** Which ones: what comes since the page was shown stays. */
function seen(recent: readonly RecentNotice[]): Html {
	const ids = recent.map(({ eventId }) => eventId).join(" ");
	return html`${hidden("lines", ids)}${actions(button("plain", say("notice.put-away")))}`;
}

/** At the top of the front page: what the person was told of lately. */
export function recentNotices({
	recent = [],
	putAway,
	now,
}: {
	readonly recent?: readonly RecentNotice[];
	/** Of the form that puts them away. */
	readonly putAway?: string;
	readonly now: number;
}): Html | undefined {
	if (recent.length === 0) return undefined;
	const rows = recent.map(
		({ what, at, eventId }) =>
			html`<li>${what}<br><span class="soft small">${timeAgo(at, now)} · <a href="${noticePath}${eventId}">${say("notice.not-me")}</a></span></li>`,
	);
	return html`${notice("info", say("notice.banner"), say("notice.banner-hint"))}<ul class="rows">${rows}</ul>
${putAway !== undefined && form({ action: seenPath, csrf: putAway, fields: seen(recent) })}`;
}
