import { isFresh } from "@countersign/core";
import { keyFingerprint } from "@countersign/protocol";
import { facts, type Html, type HtmlValue, html, tell, timeAgo } from "../../pages/index.ts";
import { say, type Text } from "../../words/index.ts";
import { claimed, quoted } from "./claims.ts";
import { askedFrom } from "./network.ts";
import type { Asking, ResetContext } from "./reset-view.ts";

/** An app that has asked within this time is taken to be waiting still: apps ask every few seconds. */
const stillWaitingMs = 30_000;

/** Who asks: what the app says of itself in quotation marks, beside what this server saw. */
export function askingFacts({ asking, now }: Pick<ResetContext, "asking" | "now">): Html {
	return facts([
		[say("asking.app"), asking.app.name === undefined ? say("asking.no-name") : quoted(asking.app.name)],
		[say("asking.says-from"), asking.app.host],
		[say("asking.device"), deviceLine(asking.device)],
		[say("asking.signed-in"), signedInLine(asking, now)],
		[say("asking.asked"), askedLine(asking, now)],
	]);
}

/** The identity asked for and, folded away where another is in force, that one. */
export function fingerprints(asking: Asking, newLabel: Text): Html {
	const old = replacedFingerprint(asking);
	return html`${fingerprint(asking, newLabel)}
${old !== undefined && html`<details class="small"><summary>${say("reset.replaced-one")}</summary>${old}</details>`}`;
}

/** The identity asked for, in the form every app of ours shows it. */
export function fingerprint({ newKey }: Pick<Asking, "newKey">, label: Text): Html {
	return html`<h2>${label}</h2>
<p class="code">${keyFingerprint(newKey)}</p>`;
}

/** That of the identity in force, where another is asked for. */
export function replacedFingerprint({ newKey, currentKey }: Asking): Html | undefined {
	if (currentKey === undefined || currentKey === newKey) return undefined;
	return html`<p class="soft"><code>${keyFingerprint(currentKey)}</code></p>`;
}

/** Whether anybody is there to use an answer. */
export function isAppWaiting({ asking, now }: Pick<ResetContext, "asking" | "now">): boolean {
	return isFresh(asking.lastAskedAt, stillWaitingMs, now);
}

/** The device in a sentence, as a person knows it: by its claimed name, that of its app, or else its id. */
export function deviceName({ device, app }: Asking): Html {
	const name = device.name ?? app.name;
	return name === undefined ? claimed(device.id) : quoted(name);
}

/** Nobody knows a device by its id: it stands where there is no name, or where that is another one's as well. */
export function deviceLine({ name, id, hasNamesake = false }: Asking["device"]): Html {
	if (name === undefined) return html`<code>${id}</code>`;
	return html`${quoted(name)}${hasNamesake && html` <code>${id}</code>`}`;
}

function signedInLine(asking: Asking, now: number): HtmlValue {
	const { signedInAt, signedInAddress: address, signedOut, browserAddress } = asking;
	if (signedInAt === undefined) return undefined;
	const at = askedFrom(timeAgo(signedInAt, now), { address, browserAddress });
	return signedOut ? tell("asking.signed-out-since", { at }) : at;
}

function askedLine({ askedAt, address, browserAddress }: Asking, now: number): HtmlValue {
	return askedFrom(timeAgo(askedAt, now), { address, browserAddress });
}
