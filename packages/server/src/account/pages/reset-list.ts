import type { ResetRequest } from "@countersign/core";
import { keyFingerprint } from "@countersign/protocol";
import { type Html, html, type PageView, timeAgo } from "../../pages/index.ts";
import { livePage } from "../completion.ts";
import { quoted } from "./claims.ts";
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
	const body = html`${live.length === 0 ? howToStart : waiting(live, view.now)}
${over.length === 0 ? "" : html`<h2>In the last hour</h2>${rows(over, view.now)}`}
<p><a href="/account/">Back to your account</a></p>`;
	const title = live.length === 0 ? "Reset your digital identity" : "Waiting for you";
	return livePage({ title, body }, { done: false, againSeconds: 5 });
}

const howToStart = html`<p>Your digital identity is how your devices and the people you know recognise you. Reset it when you have lost your
recovery key and every verified device. It begins in your app:</p>
<ol><li>Open the app on the device where you are signed in.</li>
<li>Look in its settings, under encryption, for “Reset digital identity”, “Reset identity” or “Set up recovery”, and start.</li>
<li>The app asks for your approval, and the request appears here.</li></ol>
<p class="soft">Nothing is waiting for you right now. This page looks again every few seconds.</p>`;

function waiting(live: readonly ListedRequest[], now: number): Html {
	return html`<p>Open a request to see who asks for what. Opening it changes nothing.</p>
${rows(live, now)}`;
}

function rows(listed: readonly ListedRequest[], now: number): Html {
	return html`<ul class="rows">${listed.map((one) => row(one, now))}</ul>`;
}

function row({ request, device, warnings }: ListedRequest, now: number): Html {
	const start = keyFingerprint(request.masterKey).slice(0, 14);
	return html`<li><a href="${resetPath(request.reference)}">${device.name === undefined ? "" : html`${quoted(device.name)} `}<code>${device.id}</code></a> <span class="soft">· asked ${timeAgo(request.createdAt, now)}</span><br>
<span class="small">${stateWords[request.state]} · <span class="whole">fingerprint <code>${start} …</code></span></span>
${warnings.length === 0 ? "" : html`<br><strong class="small">Look twice: ${warnings.map((warning) => warningWords[warning]).join("; ")}</strong>`}</li>`;
}

const warningWords: Readonly<Record<ResetWarning, string>> = {
	"other-address": "perhaps from another network",
	"several-key-sets": "it asks more than once",
	"new-device": "it had only just signed in",
};

const stateWords: Readonly<Record<ResetRequest["state"], string>> = {
	pending: "Waits for your answer",
	approved: "Approved, waiting for the app",
	spending: "Approved, waiting for your homeserver",
	spent: "Replaced",
	denied: "Refused",
	expired: "Ran out",
	withdrawn: "Over without a change",
	failed: "Refused by your homeserver",
};

export function isLive({ state }: Pick<ResetRequest, "state">): boolean {
	return state === "pending" || state === "approved" || state === "spending";
}
