import { isLive, type ResetRequest, waitsForObjections } from "@countersign/core";
import { keyFingerprint } from "@countersign/protocol";
import { type Html, html, type PageView, tell, timeAgo } from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";
import { livePage } from "../live-page.ts";
import { deviceLine } from "./reset-asking.ts";
import { resetPath } from "./reset-forms.ts";
import type { Asking, ResetWarning } from "./reset-view.ts";

export interface ResetListView {
	readonly now: number;
	/** Newest first, each as it stands now. */
	readonly requests: readonly ListedRequest[];
}

export interface ListedRequest {
	readonly request: ResetRequest;
	readonly device: Asking["device"];
	/** Of one that waits for an answer. */
	readonly warnings: readonly ResetWarning[];
}

/** Everything that waits for this person, and how to start. Nothing can be approved before an app has asked. */
export function resetListPage(view: ResetListView): PageView {
	const live = view.requests.filter(({ request }) => isLive(request));
	const over = view.requests.filter(({ request }) => !isLive(request));
	const body = html`${live.length === 0 ? howToStart : waiting(live, view)}
${over.length > 0 && html`<h2>${say("reset-list.last-hour")}</h2>${rows(over, view)}`}
<p><a href="/account/">${say("common.back-to-account")}</a></p>`;
	const title = live.length === 0 ? say("reset-list.title") : say("reset-list.waiting");
	return livePage({ title, body }, { done: false, againSeconds: 5 });
}

const howToStart = html`<p>${say("reset-list.how")}</p>
<ol><li>${say("reset-list.how-open")}</li>
<li>${say("reset-list.how-look")}</li>
<li>${say("reset-list.how-asks")}</li></ol>
<p class="soft">${say("reset-list.nothing")}</p>`;

function waiting(live: readonly ListedRequest[], view: ResetListView): Html {
	return html`<p>${say("reset-list.open")}</p>
${rows(live, view)}`;
}

function rows(listed: readonly ListedRequest[], { now }: ResetListView): Html {
	return html`<ul class="rows">${listed.map((one) => row(one, now))}</ul>`;
}

function row({ request, device, warnings }: ListedRequest, now: number): Html {
	const start = keyFingerprint(request.masterKey).slice(0, 14);
	return html`<li><a href="${resetPath(request.reference)}">${deviceLine(device)}</a> <span class="soft">· ${tell("reset-list.asked", { time: timeAgo(request.createdAt, now) })}</span><br>
<span class="small">${wordsOf(request, now)} · <span class="whole">${tell("reset-list.fingerprint", { start })}</span></span>
${warnings.length > 0 && html`<br><strong class="small">${say("reset-list.look-twice")} ${warnings.map((warning, index) => html`${index > 0 && "; "}${warningWords[warning]}`)}</strong>`}</li>`;
}

const warningWords: Readonly<Record<ResetWarning, Text>> = {
	"other-address": say("reset-list.warning-other-address"),
	"several-key-sets": say("reset-list.warning-several-key-sets"),
	"new-device": say("reset-list.warning-new-device"),
};

function wordsOf(request: ResetRequest, now: number): Text {
	return waitsForObjections(request, now) ? say("reset-list.objectable") : stateWords[request.state];
}

const stateWords: Readonly<Record<ResetRequest["state"], Text>> = {
	pending: say("reset-list.pending"),
	approved: say("reset-list.approved"),
	spending: say("reset-list.spending"),
	spent: say("reset-list.spent"),
	denied: say("reset-list.denied"),
	expired: say("reset-list.expired"),
	withdrawn: say("reset-list.withdrawn"),
	failed: say("reset-list.failed"),
};
