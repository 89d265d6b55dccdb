import { safeText } from "../../http/index.ts";
import { actions, type Html, html, linkButton, type PageView, timeAgo } from "../../pages/index.ts";
import type { DeviceSession } from "../../sessions/index.ts";
import { claimed } from "./claims.ts";
import { appName, devicePath, ownName } from "./device-words.ts";

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
}

/** Every app that is signed in, last used first. */
export function devicesPage(view: DevicesView): PageView {
	const { devices, now } = view;
	const list =
		devices.length === 0
			? html`<p>No app is signed in with your account. To sign one in, start it there and enter <strong>${view.userId}</strong>.</p>`
			: html`<p class="soft">Names are what the apps call themselves. If you do not know one, look at it and sign it out.</p>
<ul class="rows">${devices.map((device) => row(device, now))}</ul>`;
	return {
		title: "Devices",
		body: html`${list}
${keptList(view)}
${actions(
	linkButton("plain", "Sign out everywhere", "/account/sign-out-everywhere"),
	linkButton("plain", "Back", "/account/"),
)}`,
	};
}

function keptList({ kept, now }: DevicesView): Html | undefined {
	if (kept.length === 0) return undefined;
	return html`<h2>Signed out, with their keys kept</h2>
<p class="soft">Their credentials turned up in two places. Sign in again in the app to go on there, or remove what you do not know.</p>
<ul class="rows">${kept.map((device) => row(device, now))}</ul>`;
}

function row({ device, name }: ListedDevice, now: number): Html {
	const from = device.lastAddress === undefined ? "" : html` from ${device.lastAddress}`;
	const app = appName(device);
	const own = ownName(device, name);
	return html`<li><a href="${devicePath(device.deviceId)}">${claimed(app)}</a>${own === undefined ? "" : html` · ${claimed(own)}`}<br>
${device.lasting ? html`<span class="soft small">Lasting token, issued by the people who run this server</span><br>` : ""}<code class="soft small">${safeText(device.deviceId, 255)}</code><br>
${device.keptUntil === undefined ? "" : html`<span class="soft small">Its keys are deleted ${timeAgo(device.keptUntil, now)}</span><br>`}
<span class="soft small">Last used ${timeAgo(device.lastUsedAt, now)}${from}</span></li>`;
}
