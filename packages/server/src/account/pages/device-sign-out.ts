import { safeText } from "../../http/index.ts";
import { actions, button, facts, form, html, linkButton, type PageView } from "../../pages/index.ts";
import type { DeviceSession } from "../../sessions/index.ts";
import { say } from "../../words/index.ts";
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
		title: isKept ? say("devices.remove-title") : say("devices.sign-out-title"),
		body: html`${proofProblem(view)}
${facts([
	[say("asking.app"), device.compat ? claimed(app) : html`<strong>${quoted(app)}</strong>`],
	[say("devices.device-name"), own && claimed(own)],
	[say("asking.device-id"), html`<code>${safeText(device.deviceId, 255)}</code>`],
])}
<ul>
${!isKept && html`<li>${say("devices.effect-app")}</li>`}
<li>${say("devices.effect-keys")}</li>
${!isKept && html`<li>${say("devices.effect-requests")}</li>`}
<li>${say("devices.effect-messages")}</li>
</ul>
${form({
	action: `${path}?${new URLSearchParams({ of: device.id })}`,
	csrf: view.csrf,
	fields: html`${proofField(view)}${actions(button("danger", isKept ? say("devices.remove-it") : say("browsers.sign-out")), linkButton("plain", say("common.keep-it"), path))}`,
})}`,
	};
}

export interface SignOutEverywhereView extends ProofView {
	readonly devices: number;
	readonly csrf: string;
}

/** Says what signing out everywhere does, before it is done. */
export function signOutEverywherePage(view: SignOutEverywhereView): PageView {
	return {
		title: say("devices.everywhere-title"),
		body: html`${proofProblem(view)}
<ul>
<li>${view.devices === 0 ? say("devices.none-now") : say("devices.everywhere-effect", { count: view.devices })}</li>
<li>${say("devices.everywhere-keys")}</li>
<li>${say("devices.everywhere-requests")}</li>
<li>${say("devices.everywhere-browsers")}</li>
</ul>
${form({
	action: "/account/sign-out-everywhere",
	csrf: view.csrf,
	fields: html`${proofField(view)}${actions(
		button("danger", say("devices.everywhere")),
		linkButton("plain", say("common.cancel"), "/account/devices"),
	)}`,
})}`,
	};
}
