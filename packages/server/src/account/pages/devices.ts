import { safeText } from "../../http/index.ts";
import { actions, type Html, html, linkButton, type PageView, tell, timeAgo } from "../../pages/index.ts";
import type { DeviceSession } from "../../sessions/index.ts";
import { say } from "../../words/index.ts";
import { claimed } from "./claims.ts";
import { appName, ownName, sessionPath } from "./device-words.ts";
import { whenAndWhere } from "./network.ts";

export interface DevicesView {
	readonly userId: string;
	readonly devices: readonly ListedDevice[];
	/** Those that are signed out, and whose keys are kept for a while. */
	readonly kept: readonly ListedDevice[];
	readonly now: number;
}

interface ListedDevice {
	readonly device: DeviceSession;
	/** The name that app or person gave it. */
	readonly name?: string | undefined;
	/** When it is signed out by itself, as things are. */
	readonly endsAt?: number | undefined;
}

/** Every app that is signed in, last used first. */
export function devicesPage(view: DevicesView): PageView {
	const { devices, now } = view;
	const list =
		devices.length === 0
			? html`<p>${tell("devices.none", { userId: view.userId })}</p>`
			: html`<p class="soft">${say("devices.names-are")}</p>
<ul class="rows">${devices.map((device) => row(device, now))}</ul>`;
	return {
		title: say("devices.title"),
		body: html`${list}
${keptList(view)}
${actions(
	linkButton("plain", say("devices.everywhere"), "/account/sign-out-everywhere"),
	linkButton("plain", say("common.back"), "/account/"),
)}`,
	};
}

function keptList({ kept, now }: DevicesView): Html | undefined {
	if (kept.length === 0) return undefined;
	return html`<h2>${say("devices.kept")}</h2>
<p class="soft">${say("devices.kept-text")}</p>
<ul class="rows">${kept.map((device) => row(device, now))}</ul>`;
}

function row({ device, name, endsAt }: ListedDevice, now: number): Html {
	const app = appName(device);
	const own = ownName(device, name);
	return html`<li><a href="${sessionPath(device)}">${claimed(app)}</a>${own !== undefined && html` · ${claimed(own)}`}<br>
${device.lasting && html`<span class="soft small">${say("devices.lasting")}</span><br>`}${device.deviceId === null ? html`<span class="soft small">${say("devices.without")}</span>` : html`<code class="soft small">${safeText(device.deviceId, 255)}</code>`}<br>
${device.keptUntil !== undefined && html`<span class="soft small">${tell("devices.kept-until", { when: timeAgo(device.keptUntil, now) })}</span><br>`}
${endsAt !== undefined && html`<span class="soft small">${tell("devices.ends", { when: timeAgo(endsAt, now) })}</span><br>`}
<span class="soft small">${tell("devices.used", { when: whenAndWhere(timeAgo(device.lastUsedAt, now), device.lastAddress) })}</span></li>`;
}
