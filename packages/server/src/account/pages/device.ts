import type { ResetRequest } from "@countersign/core";
import {
	actions,
	facts,
	type Html,
	html,
	link,
	linkButton,
	notice,
	type PageView,
	tell,
	timeAgo,
} from "../../pages/index.ts";
import type { DeviceSession } from "../../sessions/index.ts";
import { say, type Text } from "../../words/index.ts";
import { agentClaim } from "./browser-words.ts";
import { claimed, quoted } from "./claims.ts";
import {
	appName,
	compatSignIn,
	deviceCode,
	deviceNamePath,
	hostOf,
	ownName,
	sessionPath,
} from "./device-words.ts";
import { logPath } from "./log-filter.ts";
import { whenAndWhere } from "./network.ts";
import { tokenPath } from "./tokens.ts";

export interface DeviceView {
	readonly device: DeviceSession;
	/** The name that app or person gave the device. */
	readonly deviceName?: string | undefined;
	/** Whether it may act as administrator of the server. */
	readonly isAdmin: boolean;
	/** Requests of this device to replace the digital identity that wait. */
	readonly waiting: readonly ResetRequest[];
	readonly now: number;
}

/** One device: what its app says, what this server saw, and the way to sign it out, or to remove what is left of it. */
export function devicePage(view: DeviceView): PageView {
	const { device } = view;
	const { deviceId } = device;
	return {
		title: deviceId === null ? say("devices.without") : say("asking.device"),
		body: html`${view.waiting.map(
			(request) =>
				html`${notice("warning", say("devices.asks"), tell("devices.look", { request: link(`/account/reset/${request.reference}`) }))}`,
		)}
${device.keptUntil !== undefined && keptNotice(device.keptUntil, view.now)}
${view.isAdmin && device.keptUntil === undefined && notice("warning", say("devices.may-administer"))}
${deviceFacts(view)}
${actions(
	linkButton("danger", signOutWords(device), `${sessionPath(device)}?delete=1`),
	deviceId !== null && device.keptUntil === undefined
		? linkButton("plain", say("devices.rename"), deviceNamePath(deviceId))
		: "",
	deviceId === null
		? ""
		: linkButton("plain", say("devices.its-log"), logPath({ group: undefined, deviceId })),
	device.lasting ? linkButton("plain", say("tokens.look"), tokenPath(device.id)) : "",
	linkButton("plain", say("devices.all"), "/account/devices"),
)}`,
	};
}

function signOutWords({ deviceId, keptUntil, lasting }: DeviceSession): Text {
	if (lasting) return say("tokens.end");
	if (deviceId === null) return say("devices.sign-out-app");
	return keptUntil === undefined ? say("devices.sign-out") : say("devices.remove");
}

function keptNotice(until: number, now: number): Html {
	return notice(
		"warning",
		say("devices.kept-title"),
		tell("devices.kept-why", { when: timeAgo(until, now) }),
	);
}

function deviceFacts({ device, deviceName, now }: DeviceView): Html {
	const app = appName(device);
	const own = ownName(device, deviceName);
	const agent = agentClaim(device.userAgent);
	return facts([
		[
			device.lasting ? say("devices.token") : say("asking.app"),
			device.compat ? claimed(app) : html`<strong>${quoted(app)}</strong>`,
		],
		device.lasting
			? [say("devices.issued-by"), device.byPerson ? say("tokens.by-you") : say("tokens.by-operator")]
			: [say("asking.says-from"), hostOf(device.clientUri)],
		[say("devices.sign-in"), device.compat ? compatSignIn : undefined],
		[say("devices.device-name"), own && claimed(own)],
		[
			say("asking.device-id"),
			device.deviceId === null ? say("devices.without-text") : deviceCode(device.deviceId),
		],
		[
			device.lasting ? say("devices.issued") : say("asking.signed-in"),
			whenAndWhere(timeAgo(device.createdAt, now), device.signedInAddress),
		],
		[say("devices.last-used"), whenAndWhere(timeAgo(device.lastUsedAt, now), device.lastAddress)],
		[say("devices.runs-on"), agent && claimed(agent)],
	]);
}

/** For ids that do not exist, are signed out, or are somebody else's: one answer for all. */
export const noSuchDevice = {
	status: 404,
	title: say("devices.not-found"),
	text: say("devices.not-found-text"),
	action: { label: say("common.your-devices"), href: "/account/devices" },
} as const;
