import type { LoggedEvent } from "../../audit/index.ts";
import { type Html, html, timeAgo } from "../../pages/index.ts";
import { say } from "../../words/index.ts";
import { actorWords } from "./actor-words.ts";
import { eventWords } from "./event-words.ts";

/** The newest lines of the security log in short, with the way to all of it. */
export function recentEvents(events: readonly LoggedEvent[], now: number): Html {
	return html`<h2>${say("home.lately")}</h2>
<ul class="rows">${events.map((event) => row(event, now))}
<li><a href="/account/security">${say("log.title")}</a><br><span class="soft">${say("home.log-hint")}</span></li>
</ul>`;
}

function row(event: LoggedEvent, now: number): Html {
	const { text, isAlarming } = eventWords(event);
	const actor = actorWords(event);
	return html`
<li>${isAlarming ? html`<strong>${text}</strong>` : text}<br><span class="soft small">${timeAgo(event.at, now)}${actor !== undefined && html` · ${actor}`}</span></li>`;
}
