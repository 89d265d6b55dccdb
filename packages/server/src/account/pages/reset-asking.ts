import { keyFingerprint } from "@countersign/protocol";
import { facts, type Html, type HtmlValue, html, timeAgo } from "../../pages/index.ts";
import { claimed, quoted } from "./claims.ts";
import { askedFrom } from "./network.ts";
import type { Asking, ResetContext } from "./reset-view.ts";

/** An app that has asked within this time is taken to be waiting still: apps ask every few seconds. */
const stillWaitingMs = 30_000;

/** Who asks: what the app says of itself in quotation marks, beside what this server saw. */
export function askingFacts({ asking, now }: Pick<ResetContext, "asking" | "now">): Html {
	return facts([
		["App", asking.app.name === undefined ? "No name given" : quoted(asking.app.name)],
		["Says it is from", asking.app.host],
		["Device", deviceLine(asking)],
		["Signed in", signedInLine(asking, now)],
		["Asked", askedLine(asking, now)],
	]);
}

/** The identity asked for and, folded away where another is in force, that one, in the form every app of ours shows it. */
export function fingerprints({ newKey, currentKey }: Asking, newLabel: string, hint?: Html): Html {
	const old = currentKey === undefined || currentKey === newKey ? undefined : currentKey;
	return html`<h2>${newLabel}</h2>
<p class="code">${keyFingerprint(newKey)}</p>
${hint}
${old === undefined ? "" : html`<details class="small"><summary>The one it replaces</summary><p class="soft"><code>${keyFingerprint(old)}</code></p></details>`}`;
}

/** Whether anybody is there to use an answer. */
export function isAppWaiting({ asking, now }: Pick<ResetContext, "asking" | "now">): boolean {
	return now - asking.lastAskedAt <= stillWaitingMs;
}

/** The device in a sentence: its claimed name, or its id. */
export function deviceName({ device }: Asking): Html {
	return device.name === undefined ? claimed(device.id) : quoted(device.name);
}

function deviceLine({ device }: Asking): HtmlValue {
	return html`${device.name === undefined ? "" : html`${quoted(device.name)} `}<code>${device.id}</code>`;
}

function signedInLine({ signedInAt, signedInAddress, signedOut }: Asking, now: number): HtmlValue {
	if (signedInAt === undefined) return undefined;
	const from = signedInAddress === undefined ? "" : ` from ${signedInAddress}`;
	return html`${timeAgo(signedInAt, now)}${from}${signedOut ? html`, <strong>signed out since</strong>` : ""}`;
}

function askedLine({ askedAt, address, browserAddress }: Asking, now: number): HtmlValue {
	return html`${timeAgo(askedAt, now)}${askedFrom(address, browserAddress)}`;
}
