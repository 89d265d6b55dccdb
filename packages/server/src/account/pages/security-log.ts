import type { LoggedEvent } from "../../audit/index.ts";
import { safeText } from "../../http/index.ts";
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
import type { DeviceSession } from "../../sessions/index.ts";
import { say, type Text } from "../../words/index.ts";
import { actorWords } from "./actor-words.ts";
import { eventWords } from "./event-words.ts";
import { filterForm, isFiltered, type LogFilter, logPath } from "./log-filter.ts";

export interface SecurityLogView {
	readonly events: readonly LoggedEvent[];
	/** The line behind which the next older page begins; absent on the last one. */
	readonly older?: LoggedEvent | undefined;
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
		title: say("log.title"),
		body: html`<p class="soft">${tell("log.not-you", { password: link("/account/password"), everywhere: link("/account/sign-out-everywhere") })}</p>
${filterForm(filter, view.devices)}
<h2>${shownWords(view)}</h2>
${rows.length === 0 ? html`<p>${emptyWords(view)}</p>` : html`<ul class="rows">${rows}</ul>`}
${actions(
	older === undefined ? undefined : linkButton("plain", say("log.older"), logPath(filter, older)),
	paged ? linkButton("plain", say("log.newest"), logPath(filter)) : undefined,
	linkButton("plain", say("devices.everywhere"), "/account/sign-out-everywhere"),
	linkButton("plain", say("common.back"), "/account/"),
)}`,
	};
}

function shownWords({ paged, filter }: SecurityLogView): Text {
	if (isFiltered(filter)) return paged ? say("log.chosen-further-back") : say("log.chosen-newest-first");
	return paged ? say("log.all-further-back") : say("log.all-newest-first");
}

function emptyWords({ paged, filter }: SecurityLogView): Text {
	if (paged) return say("log.nothing-older");
	return isFiltered(filter) ? say("log.nothing-chosen") : say("log.nothing");
}

function row(event: LoggedEvent, now: number): Html {
	const { text, isAlarming } = eventWords(event);
	const { request } = event.detail;
	const facts = [
		timeAgo(event.at, now),
		actorWords(event),
		event.address === undefined ? undefined : say("log.from", { address: event.address }),
		event.deviceId === undefined
			? undefined
			: tell("log.device", {
					id: safeText(event.deviceId, 255),
					device: link(logPath({ group: undefined, deviceId: event.deviceId })),
				}),
		request === undefined
			? undefined
			: html`<a href="/account/reset/${encodeURIComponent(request)}">${say("log.see-request")}</a>`,
	].filter((part) => part !== undefined);
	return html`<li>${isAlarming ? html`<strong>${text}</strong>` : text}<br>
<span class="soft small">${facts.map((part, at) => fact(part, at === facts.length - 1))}</span></li>`;
}

/** In one piece with the point behind it: no line begins with one. */
function fact(part: Html | Text, isLast: boolean): Html {
	return isLast ? html`<span class="whole">${part}</span>` : html`<span class="whole">${part}&nbsp;·</span> `;
}
