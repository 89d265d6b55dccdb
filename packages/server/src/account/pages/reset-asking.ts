import { isFresh } from "@countersign/core";
import { keyFingerprint } from "@countersign/protocol";
import { facts, type Html, type HtmlValue, html, tell, timeAgo } from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";
import { claimed, quoted } from "./claims.ts";
import { askedFrom, whenAndWhere } from "./network.ts";
import type { Asking, ResetContext } from "./reset-view.ts";

/** An app that has asked within this time is taken to be waiting still: apps ask every few seconds. */
const stillWaitingMs = 30_000;

/** Who asks: what the app says of itself in quotation marks, beside what this server saw. */
export function askingFacts({ asking, now }: Pick<ResetContext, "asking" | "now">): Html {
	return facts([
		[say("asking.app"), asking.app.name === undefined ? say("asking.no-name") : quoted(asking.app.name)],
		[say("asking.says-from"), asking.app.host],
		[say("asking.device"), deviceLine(asking)],
		[say("asking.signed-in"), signedInLine(asking, now)],
		[say("asking.asked"), askedLine(asking, now)],
	]);
}

/** The identity asked for and, folded away where another is in force, that one, in the form every app of ours shows it. */
export function fingerprints({ newKey, currentKey }: Asking, newLabel: Text, hint?: Html): Html {
	const old = currentKey === undefined || currentKey === newKey ? undefined : currentKey;
	return html`<h2>${newLabel}</h2>
<p class="code">${keyFingerprint(newKey)}</p>
${hint}
${old !== undefined && html`<details class="small"><summary>${say("reset.replaced-one")}</summary><p class="soft"><code>${keyFingerprint(old)}</code></p></details>`}`;
}

/** Whether anybody is there to use an answer. */
export function isAppWaiting({ asking, now }: Pick<ResetContext, "asking" | "now">): boolean {
	return isFresh(asking.lastAskedAt, stillWaitingMs, now);
}

/** The device in a sentence: its claimed name, or its id. */
export function deviceName({ device }: Asking): Html {
	return device.name === undefined ? claimed(device.id) : quoted(device.name);
}

function deviceLine({ device }: Asking): HtmlValue {
	return html`${device.name !== undefined && html`${quoted(device.name)} `}<code>${device.id}</code>`;
}

function signedInLine({ signedInAt, signedInAddress, signedOut }: Asking, now: number): HtmlValue {
	if (signedInAt === undefined) return undefined;
	const at = whenAndWhere(timeAgo(signedInAt, now), signedInAddress);
	return signedOut ? tell("asking.signed-out-since", { at }) : at;
}

function askedLine({ askedAt, address, browserAddress }: Asking, now: number): HtmlValue {
	return askedFrom(timeAgo(askedAt, now), { address, browserAddress });
}
