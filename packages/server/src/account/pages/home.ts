import type { ResetRequest } from "@countersign/core";
import type { LoggedEvent } from "../../audit/index.ts";
import { safeText } from "../../http/index.ts";
import {
	actions,
	facts,
	type Html,
	html,
	linkButton,
	notice,
	type PageView,
	tell,
	timeAgo,
} from "../../pages/index.ts";
import type { MissingFactor } from "../../proofs/index.ts";
import type { DeviceSession } from "../../sessions/index.ts";
import { say } from "../../words/index.ts";
import { claimed } from "./claims.ts";
import { lossBanner } from "./lost-factors.ts";
import { type RecentNotice, recentNotices } from "./not-me.ts";
import { recentEvents } from "./recent-events.ts";
import { resetPath } from "./reset-forms.ts";
import { type Safety, safetySection } from "./safety.ts";
import { missingFactorNotice } from "./second-factor.ts";
import { endingApps, endingTokens, tokensPath } from "./tokens.ts";

export interface HomeView {
	readonly userId: string;
	readonly displayName?: string | undefined;
	readonly createdAt: number;
	readonly devices: readonly DeviceSession[];
	/** Of these, what ends soon by itself, or is a token that is over. Default: nothing does. */
	readonly ending?: readonly DeviceSession[];
	/** Requests to replace the digital identity that wait for this person. */
	readonly waiting: readonly ResetRequest[];
	/** Whether anything is kept from before a reset. */
	readonly isKept: boolean;
	/** The second factor that is demanded of them and that they have not. */
	readonly missingFactor?: MissingFactor | undefined;
	/** Whether people sign in by other services, too. Default: no. */
	readonly hasServices?: boolean;
	/** What the person was told of lately. */
	readonly recent?: readonly RecentNotice[];
	/** Of the form that puts it away. */
	readonly putAway?: string;
	readonly safety: Safety;
	/** The newest lines of the security log. */
	readonly events: readonly LoggedEvent[];
	/** Somebody says that the person has lost every second factor. */
	readonly loss?: Parameters<typeof lossBanner>[0]["loss"];
	readonly now: number;
	/** Form that signs out of this browser. */
	readonly signOut: Html;
}

/**
 * The front page of an account: what waits, how safe it is, what happened, then what there is to do. Closing it stands
 * apart.
 */
export function homePage(view: HomeView): PageView {
	return {
		title: say("problems.your-account"),
		body: html`${lossBanner({ loss: view.loss, now: view.now })}${waitingNotice(view)}${endingTokens(view.ending ?? [], view.now)}${endingApps(view.ending ?? [])}${missingFactorNotice(view.missingFactor, view.now)}${recentNotices(view)}
${facts([
	[say("profile.user-id"), view.userId],
	[
		say("profile.display-name"),
		view.displayName === undefined ? undefined : claimed(safeText(view.displayName, 255)),
	],
	[say("home.created"), timeAgo(view.createdAt, view.now)],
])}
${safetySection(view.safety, view.now)}
${recentEvents(view.events, view.now)}
<h2>${say("home.more")}</h2>
<ul class="rows">
<li><a href="/account/devices">${say("devices.title")}</a><br><span class="soft">${devicesLine(view)}</span></li>
<li><a href="${tokensPath}">${say("tokens.title")}</a><br><span class="soft">${say("tokens.home-hint")}</span></li>
<li><a href="/link">${say("link.title")}</a><br><span class="soft">${say("home.link-hint")}</span></li>
<li><a href="/account/browsers">${say("browsers.title")}</a><br><span class="soft">${say("home.browsers-hint")}</span></li>
${view.hasServices && html`<li><a href="/account/links">${say("upstream.title")}</a><br><span class="soft">${say("upstream.home-hint")}</span></li>`}
<li><a href="/account/profile">${say("profile.display-name")}</a><br><span class="soft">${say("home.display-name-hint")}</span></li>
<li><a href="/account/reset">${say("reset-list.title")}</a><br><span class="soft">${say("home.reset-hint")}</span></li>
${
	view.isKept &&
	html`<li><a href="/account/kept">${say("kept.title")}</a><br><span class="soft">${say("home.kept-hint")}</span></li>
`
}</ul>
${actions(view.signOut)}
<hr>
<p class="small"><a href="/account/deactivate">${say("home.deactivate")}</a><br><span class="soft">${say("home.deactivate-hint")}</span></p>`,
	};
}

function waitingNotice({ waiting }: HomeView): Html | undefined {
	const [first] = waiting;
	if (first === undefined) return undefined;
	const { label, href } =
		waiting.length === 1
			? {
					label: say("home.look-one"),
					href: resetPath(first.reference),
				}
			: {
					label: say("home.look-several"),
					href: "/account/reset",
				};
	return html`${notice("warning", say("home.waiting", { count: waiting.length }), say("home.waiting-text"))}
${actions(linkButton("primary", label, href))}`;
}

function devicesLine({ devices, now }: HomeView): Html {
	const [latest] = devices;
	if (latest === undefined) return html`${say("home.no-app")}`;
	return tell("home.apps", { count: devices.length, when: timeAgo(latest.lastUsedAt, now) });
}
