import {
	actions,
	button,
	facts,
	field,
	form,
	html,
	linkButton,
	type PageView,
	trouble,
} from "../../pages/index.ts";
import type { SessionOnDevice } from "../../sessions/index.ts";
import { say, type Text } from "../../words/index.ts";
import { claimed, quoted } from "./claims.ts";
import { appName, deviceCode, deviceNamePath, devicePath } from "./device-words.ts";

export interface DeviceNameView {
	readonly device: SessionOnDevice;
	/** As it is, or as it was typed before something was wrong with it. */
	readonly name: string;
	readonly csrf: string;
	readonly problem?: { readonly text: Text; readonly isOfName: boolean };
}

/** One field: what a device is called where the person sees it. */
export function deviceNamePage({ device, name, csrf, problem }: DeviceNameView): PageView {
	const app = appName(device);
	const error = problem?.isOfName ? problem.text : undefined;
	return {
		title: say("devices.name-title"),
		body: html`${error === undefined && trouble(problem?.text)}
<p>${say("devices.name-what-for")}</p>
${facts([
	[say("asking.app"), device.compat ? claimed(app) : html`<strong>${quoted(app)}</strong>`],
	[say("asking.device-id"), deviceCode(device.deviceId)],
])}
${form({
	action: deviceNamePath(device.deviceId),
	csrf,
	fields: html`${field({
		...{ name: "name", label: say("devices.device-name"), value: name, autocomplete: "off", error },
		...{ hint: say("devices.name-empty"), optional: true },
	})}
${actions(button("primary", say("profile.save")), linkButton("plain", say("common.cancel"), devicePath(device.deviceId)))}`,
})}`,
	};
}
