import type { ResetRequest } from "@countersign/core";
import { safeText } from "../../http/index.ts";
import {
	actions,
	facts,
	type Html,
	html,
	linkButton,
	notice,
	type PageView,
	timeAgo,
} from "../../pages/index.ts";
import type { DeviceSession } from "../../sessions/index.ts";
import { claimed, quoted } from "./claims.ts";
import { appName, claim, compatSignIn, devicePath, hostOf, ownName } from "./device-words.ts";
import { logPath } from "./log-filter.ts";

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
	const signOut = device.keptUntil === undefined ? "Sign out this device" : "Remove this device";
	return {
		title: "Device",
		body: html`${view.waiting.map(
			(request) =>
				html`${notice("warning", "It asks to replace your digital identity", html`<a href="/account/reset/${request.reference}">Look at the request</a>. Nothing changes unless you approve it.`)}`,
		)}
${device.keptUntil === undefined ? "" : keptNotice(device.keptUntil, view.now)}
${view.isAdmin && device.keptUntil === undefined ? notice("warning", "It may administer this server") : ""}
${deviceFacts(view)}
${actions(
	linkButton("danger", signOut, `${devicePath(device.deviceId)}?delete=1`),
	linkButton("plain", "Its security log", logPath({ group: undefined, deviceId: device.deviceId })),
	linkButton("plain", "All devices", "/account/devices"),
)}`,
	};
}

function keptNotice(until: number, now: number): Html {
	return notice(
		"warning",
		"It is signed out, and its keys are kept",
		html`Its credentials turned up in two places: they may have been copied, or the app made a mistake. Whoever had them has
nothing any more. If the app is yours, sign in again in it as the same device; its keys are deleted ${timeAgo(until, now)}.`,
	);
}

function deviceFacts({ device, deviceName, now }: DeviceView): Html {
	const app = appName(device);
	const own = ownName(device, deviceName);
	const agent = claim(device.userAgent, 256);
	return facts([
		[device.lasting ? "Token" : "App", device.compat ? claimed(app) : html`<strong>${quoted(app)}</strong>`],
		device.lasting
			? ["Issued by", "The people who run this server; it works until it is signed out"]
			: ["Says it is from", hostOf(device.clientUri)],
		["Sign-in", device.compat ? compatSignIn : undefined],
		["Device name", own && claimed(own)],
		["Device ID", html`<code>${safeText(device.deviceId, 255)}</code>`],
		[
			device.lasting ? "Issued" : "Signed in",
			html`${timeAgo(device.createdAt, now)}${from(device.signedInAddress)}`,
		],
		["Last used", html`${timeAgo(device.lastUsedAt, now)}${from(device.lastAddress)}`],
		["Says it runs on", agent && claimed(agent)],
	]);
}

function from(address: string | undefined): Html | undefined {
	return address === undefined ? undefined : html` from ${address}`;
}

/** For ids that do not exist, are signed out, or are somebody else's: one answer for all. */
export const noSuchDevice = {
	status: 404,
	title: "Device not found",
	text: "No device of yours that is signed in has this ID. It may have been signed out already.",
	action: { label: "Your devices", href: "/account/devices" },
} as const;
