import { safeText } from "../../http/index.ts";
import {
	actions,
	button,
	form,
	type Html,
	html,
	linkButton,
	notice,
	type PageView,
	tell,
	timeAgo,
} from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";
import { forgottenPath } from "./forgotten.ts";

export const notMePath = "/account/not-me/";

/** What the person was told of, with the way to object. */
export type RecentNotice = Pick<NotMeView, "what" | "at" | "token">;

interface NotMeView {
	readonly what: Text;
	readonly at: number;
	readonly now: number;
	readonly userId: string;
	readonly address?: string | undefined;
	readonly token: string;
	readonly csrf: string;
}

/** What the link is about, and what saying so does. */
export function notMePage(view: NotMeView): PageView {
	const { what, at, now, address } = view;
	const userId = safeText(view.userId, 255);
	return {
		title: say("notice.title"),
		body: html`<p>${tell("notice.what", { what, when: timeAgo(at, now), userId })}</p>
${address !== undefined && html`<p class="soft">${say("notice.from", { address })}</p>`}
<p>${say("notice.effect")}</p>
${form({
	action: `${notMePath}${view.token}`,
	csrf: view.csrf,
	fields: actions(
		button("danger", say("notice.button")),
		linkButton("plain", say("notice.was-me"), "/account/"),
	),
})}`,
	};
}

export function objectedPage(): PageView {
	return {
		title: say("notice.done"),
		body: html`<p>${say("notice.done-text")}</p>
${actions(linkButton("primary", say("notice.new-password"), forgottenPath))}`,
	};
}

/** At the top of the front page: what the person was told of lately. */
export function recentNotices(recent: readonly RecentNotice[], now: number): Html | undefined {
	if (recent.length === 0) return undefined;
	const rows = recent.map(
		({ what, at, token }) =>
			html`<li>${what}<br><span class="soft small">${timeAgo(at, now)} · <a href="${notMePath}${token}">${say("notice.not-me")}</a></span></li>`,
	);
	return html`${notice("info", say("notice.banner"), say("notice.banner-hint"))}<ul class="rows">${rows}</ul>`;
}
