import type { SecurityEvent } from "@countersign/core";
import { actions, html, linkButton, type PageView, safeText, timeAgo } from "../../http/index.ts";
import { eventWords } from "./event-words.ts";

export interface SecurityLogView {
	readonly events: readonly SecurityEvent[];
	/** The line behind which the next older page begins; absent on the last one. */
	readonly older?: SecurityEvent | undefined;
	/** Whether this page is not the newest. */
	readonly paged: boolean;
	readonly now: number;
}

/** What happened with the account, newest first, in words. */
export function securityLogPage(view: SecurityLogView): PageView {
	const rows = view.events.map((event) => row(event, view.now));
	return {
		title: "Security log",
		body: html`<p class="soft">If something here was not you, <a href="/account/password">change your password</a> and
<a href="/account/sign-out-everywhere">sign out everywhere</a>.</p>
${rows.length === 0 ? html`<p>${view.paged ? "There is nothing older." : "Nothing has happened yet."}</p>` : html`<ul class="rows">${rows}</ul>`}
${actions(
	view.older === undefined
		? undefined
		: linkButton("plain", "Older", `/account/security?after=${view.older.at}.${view.older.id}`),
	view.paged ? linkButton("plain", "Newest", "/account/security") : undefined,
	linkButton("plain", "Back", "/account/"),
)}`,
	};
}

function row(event: SecurityEvent, now: number) {
	const { text, isAlarming } = eventWords(event);
	const { request } = event.detail;
	const facts = [
		event.address === undefined ? undefined : html`from ${event.address}`,
		event.deviceId === undefined
			? undefined
			: html`<span class="whole">device <code>${safeText(event.deviceId, 255)}</code></span>`,
		request === undefined
			? undefined
			: html`<a href="/account/reset/${encodeURIComponent(request)}">see the request</a>`,
	].filter((part) => part !== undefined);
	return html`<li>${isAlarming ? html`<strong>${text}</strong>` : text}<br>
<span class="soft small">${timeAgo(event.at, now)}${facts.map((part) => html`&nbsp;· ${part}`)}</span></li>`;
}
