import type { KeptHold } from "@countersign/core";
import { safeText } from "../../http/index.ts";
import {
	actions,
	button,
	facts,
	form,
	type Html,
	html,
	linkButton,
	notice,
	type PageView,
	timeAgo,
	trouble,
} from "../../pages/index.ts";
import type { SessionOnDevice } from "../../sessions/index.ts";
import { say } from "../../words/index.ts";
import { claimed } from "./claims.ts";
import { appName, ownName } from "./device-words.ts";
import { type ProofView, proofField, proofTrouble } from "./proof-field.ts";

export const keptPath = "/account/kept";
export const keptDecisions = ["read", "delete"] as const;

export interface KeptBackupView extends ProofView {
	readonly kept: readonly KeptBackup[];
	/** Apps that could read it, last used first. */
	readonly devices: readonly { readonly device: SessionOnDevice; readonly name?: string | undefined }[];
	/** The device that sent its person here, or the session that was chosen before something was wrong. */
	readonly chosen: string | undefined;
	readonly csrf: string;
	readonly now: number;
}

interface KeptBackup {
	readonly hold: KeptHold;
	/** Undefined where the homeserver does not say it. */
	readonly keys: number | undefined;
}

/** What is kept of what an app removed, and the two things that can be done with it. */
export function keptBackupPage(view: KeptBackupView): PageView {
	const back = actions(linkButton("plain", say("common.back"), "/account/"));
	if (view.kept.length === 0)
		return {
			title: say("kept.title"),
			body: html`${trouble(view.problem?.text)}<p>${say("kept.none")}</p>
<p class="soft">${say("kept.none-text")}</p>
${back}`,
		};
	return {
		title: say("kept.title"),
		body: html`${proofTrouble(view)}${reading(view)}
${some(view, false) && html`<p>${say("kept.about")}</p>`}${some(view, true) && html`<p>${say("kept.about-back")}</p>`}
<p class="soft">${say("kept.nobody-else")}</p>
${view.kept.map((one) => described(one, view.now))}
${form({ action: keptPath, csrf: view.csrf, fields: answersOf(view) })}
${back}`,
	};
}

/** Whether there is one whose backup is back, or is gone. */
function some({ kept }: KeptBackupView, isBack: boolean): boolean {
	return kept.some(({ hold }) => hold.isBack === isBack);
}

/** Which app can read it at this time. */
function reading({ kept, devices, now }: KeptBackupView): Html | undefined {
	const open = kept.map(({ hold }) => hold.reading).find((one) => one !== undefined && one.until > now);
	const reader = devices.find(({ device }) => device.id === open?.sessionId);
	if (open === undefined || reader === undefined) return undefined;
	const described = facts([
		[say("asking.app"), nameOf(reader)],
		[say("kept.reading-until"), timeAgo(open.until, now)],
	]);
	return html`${notice("info", say("kept.opened"), say("kept.opened-text"))}${described}`;
}

function described({ hold, keys }: KeptBackup, now: number): Html {
	return facts([
		[say("kept.backup"), keys === undefined ? say("kept.unknown") : say("kept.keys", { count: keys })],
		[hold.isBack ? say("kept.until-back") : say("kept.until"), timeAgo(hold.until, now)],
	]);
}

/** One form: the password, where it is asked for, is for either. */
function answersOf(view: KeptBackupView): Html {
	const decide = (value: (typeof keptDecisions)[number]) => ({ name: "decision", value });
	const reading =
		view.devices.length === 0
			? html`<p>${say("kept.no-app")}</p>`
			: html`<p>${say("kept.let-read-text")}</p>
${view.devices.map((one) => choose(one, view.chosen))}${proofField(view)}${actions(button("primary", say("kept.allow"), decide("read")))}`;
	return html`<h2>${say("kept.let-read")}</h2>
${reading}
<h2>${say("kept.delete-title")}</h2>
${some(view, false) && html`<p>${say("kept.delete-text")}</p>`}${some(view, true) && html`<p>${say("kept.delete-text-back")}</p>`}${view.devices.length === 0 && proofField(view)}
${actions(button("danger", say("kept.delete"), decide("delete")))}`;
}

function choose({ device, name }: KeptBackupView["devices"][number], chosen: string | undefined): Html {
	return html`<div class="choice"><input type="radio" id="device-${device.id}" name="device" value="${device.id}" ${(device.deviceId === chosen || device.id === chosen) && "checked"}><label for="device-${device.id}">${nameOf({ device, name })}<br><code class="soft small">${safeText(device.deviceId, 255)}</code></label></div>`;
}

function nameOf({ device, name }: KeptBackupView["devices"][number]): Html {
	const own = ownName(device, name);
	return html`${claimed(appName(device))}${own !== undefined && html` · ${claimed(own)}`}`;
}
