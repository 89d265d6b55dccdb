import { safeText } from "../../http/index.ts";
import { actions, button, facts, form, html, linkButton, type PageView } from "../../pages/index.ts";
import type { DeviceSession } from "../../sessions/index.ts";
import { claimed, quoted } from "./claims.ts";
import { appName, devicePath, ownName } from "./device-words.ts";
import { type ProofView, proofField, proofProblem } from "./proof-field.ts";

export interface SignOutDeviceView extends ProofView {
	readonly device: DeviceSession;
	readonly deviceName?: string | undefined;
	readonly csrf: string;
}

/** Says what signing out a device does, before it is done. */
export function signOutDevicePage(view: SignOutDeviceView): PageView {
	const { device } = view;
	const app = appName(device);
	const own = ownName(device, view.deviceName);
	const path = devicePath(device.deviceId);
	const isKept = device.keptUntil !== undefined;
	return {
		title: isKept ? "Remove this device?" : "Sign out this device?",
		body: html`${proofProblem(view)}
${facts([
	["App", device.compat ? claimed(app) : html`<strong>${quoted(app)}</strong>`],
	["Device name", own && claimed(own)],
	["Device ID", html`<code>${safeText(device.deviceId, 255)}</code>`],
])}
<ul>
${isKept ? "" : html`<li>The app is signed out at once, and so is whoever uses it.</li>`}
<li>The server deletes the device with its encryption keys and undelivered key messages.</li>
${isKept ? "" : html`<li>Requests it made to replace your digital identity end.</li>`}
<li>Without another device or your recovery key you cannot read older encrypted messages again.</li>
</ul>
${form({
	action: path,
	csrf: view.csrf,
	fields: html`${proofField(view)}${actions(button("danger", isKept ? "Remove it" : "Sign out"), linkButton("plain", "Keep it", path))}`,
})}`,
	};
}

export interface SignOutEverywhereView extends ProofView {
	readonly devices: number;
	readonly csrf: string;
}

/** Says what signing out everywhere does, before it is done. */
export function signOutEverywherePage(view: SignOutEverywhereView): PageView {
	const count = view.devices === 1 ? "The app" : `The ${view.devices} apps`;
	return {
		title: "Sign out everywhere?",
		body: html`${proofProblem(view)}
<ul>
<li>${view.devices === 0 ? "No app is signed in now." : `${count} signed in with your account ${view.devices === 1 ? "stops" : "stop"} working at once.`}</li>
<li>The server deletes these devices with their encryption keys and undelivered key messages. Without your recovery key
you cannot read older encrypted messages again.</li>
<li>Requests to replace your digital identity end.</li>
<li>Every other browser is signed out of this site. This one stays.</li>
</ul>
${form({
	action: "/account/sign-out-everywhere",
	csrf: view.csrf,
	fields: html`${proofField(view)}${actions(
		button("danger", "Sign out everywhere"),
		linkButton("plain", "Cancel", "/account/devices"),
	)}`,
})}`,
	};
}
