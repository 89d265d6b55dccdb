import { actions, button, facts, form, html, linkButton, type PageView } from "../../pages/index.ts";
import type { DeviceSession } from "../../sessions/index.ts";
import { say, type Text } from "../../words/index.ts";
import { claimed, quoted } from "./claims.ts";
import { appName, deviceCode, ownName, sessionPath } from "./device-words.ts";
import { type ProofView, proofField, proofTrouble } from "./proof-field.ts";

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
	const path = sessionPath(device);
	const press = device.lasting
		? say("tokens.end")
		: device.keptUntil === undefined
			? say("browsers.sign-out")
			: say("devices.remove-it");
	return {
		title: titleOf(device),
		body: html`${proofTrouble(view)}
${facts([
	[say("asking.app"), device.compat ? claimed(app) : html`<strong>${quoted(app)}</strong>`],
	[say("devices.device-name"), own && claimed(own)],
	[say("asking.device-id"), device.deviceId === null ? undefined : deviceCode(device.deviceId)],
])}
<ul>${effectsOf(device).map(
			(effect) => html`
<li>${effect}</li>`,
		)}
</ul>
${form({
	action: `${path}?${new URLSearchParams({ of: device.id })}`,
	csrf: view.csrf,
	fields: html`${proofField(view)}${actions(button("danger", press), linkButton("plain", say("common.keep-it"), path))}`,
})}`,
	};
}

function titleOf({ deviceId, keptUntil, lasting }: DeviceSession): Text {
	if (lasting) return say("tokens.end-title");
	if (deviceId === null) return say("devices.sign-out-app-title");
	return keptUntil === undefined ? say("devices.sign-out-title") : say("devices.remove-title");
}

/** Without a device the homeserver is not told of the end, and has no keys: it asks again within two minutes. */
function effectsOf({ deviceId, keptUntil, lasting }: DeviceSession): readonly Text[] {
	if (deviceId === null)
		return [lasting ? say("tokens.effect-token-later") : say("devices.effect-app-later")];
	const [keys, messages] = [say("devices.effect-keys"), say("devices.effect-messages")];
	if (keptUntil !== undefined) return [keys, messages];
	return [
		lasting ? say("tokens.effect-token") : say("devices.effect-app"),
		keys,
		say("devices.effect-requests"),
		messages,
	];
}

export interface SignOutEverywhereView extends ProofView {
	readonly devices: number;
	readonly csrf: string;
}

/** Says what signing out everywhere does, before it is done. */
export function signOutEverywherePage(view: SignOutEverywhereView): PageView {
	return {
		title: say("devices.everywhere-title"),
		body: html`${proofTrouble(view)}
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
