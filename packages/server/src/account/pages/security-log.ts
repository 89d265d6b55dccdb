import type { SecurityEvent } from "../../audit/index.ts";
import { safeText } from "../../http/index.ts";
import { actions, type Html, html, linkButton, type PageView, timeAgo } from "../../pages/index.ts";
import type { DeviceSession } from "../../sessions/index.ts";
import { eventWords } from "./event-words.ts";
import { filterForm, isFiltered, type LogFilter, logPath } from "./log-filter.ts";

export interface SecurityLogView {
	readonly events: readonly SecurityEvent[];
	/** The line behind which the next older page begins; absent on the last one. */
	readonly older?: SecurityEvent | undefined;
	/** Whether this page is not the newest. */
	readonly paged: boolean;
	readonly filter: LogFilter;
	/** Devices that can be chosen. */
	readonly devices: readonly DeviceSession[];
	readonly now: number;
}

/** What happened with the account, newest first, in words. */
export function securityLogPage(view: SecurityLogView): PageView {
	const { events, older, paged, filter, now } = view;
	const rows = events.map((event) => row(event, now));
	return {
		title: "Security log",
		body: html`<p class="soft">If something here was not you, <a href="/account/password">change your password</a> and
<a href="/account/sign-out-everywhere">sign out everywhere</a>.</p>
${filterForm(filter, view.devices)}
<h2>${shownWords(view)}</h2>
${rows.length === 0 ? html`<p>${emptyWords(view)}</p>` : html`<ul class="rows">${rows}</ul>`}
${actions(
	older === undefined ? undefined : linkButton("plain", "Older", logPath(filter, older)),
	paged ? linkButton("plain", "Newest", logPath(filter)) : undefined,
	linkButton("plain", "Back", "/account/"),
)}`,
	};
}

function shownWords({ paged, filter }: SecurityLogView): string {
	const what = isFiltered(filter) ? "What you chose" : "Everything";
	return paged ? `${what}, further back` : `${what}, newest first`;
}

function emptyWords({ paged, filter }: SecurityLogView): string {
	if (paged) return "There is nothing older.";
	return isFiltered(filter)
		? "Nothing of this kind has happened in the last year."
		: "Nothing has happened yet.";
}

function row(event: SecurityEvent, now: number): Html {
	const { text, isAlarming } = eventWords(event);
	const { request } = event.detail;
	const facts = [
		event.address === undefined ? undefined : html`from ${event.address}`,
		event.deviceId === undefined
			? undefined
			: html`<span class="whole">device <a href="${logPath({ group: undefined, deviceId: event.deviceId })}"><code>${safeText(event.deviceId, 255)}</code></a></span>`,
		request === undefined
			? undefined
			: html`<a href="/account/reset/${encodeURIComponent(request)}">see the request</a>`,
	].filter((part) => part !== undefined);
	return html`<li>${isAlarming ? html`<strong>${text}</strong>` : text}<br>
<span class="soft small">${timeAgo(event.at, now)}${facts.map((part) => html`&nbsp;· ${part}`)}</span></li>`;
}
