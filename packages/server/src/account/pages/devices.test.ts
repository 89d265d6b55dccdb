import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId, type ResetRequest } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { outline } from "../../../test/support/outline.ts";
import type { DeviceSession } from "../../sessions/index.ts";
import { devicePage } from "./device.ts";
import { signOutDevicePage, signOutEverywherePage } from "./device-sign-out.ts";
import { devicesPage } from "./devices.ts";

const now = 1_800_000_000_000;
const hour = 3_600_000;
/** Of which no more is known than has to be. */
const bare: DeviceSession = {
	...{ id: asSessionId("S"), accountId: asAccountId("A"), clientId: "C", deviceId: asDeviceId("D/1") },
	...{ lasting: false, compat: false, scope: "", createdAt: now - 2 * hour, lastUsedAt: now - hour },
};
const token = { ...bare, lasting: true };
const known: DeviceSession = {
	...{ ...bare, clientName: "App", clientUri: "https://app.example/", userAgent: "Agent/1" },
	...{ signedInAddress: "192.0.2.1", lastAddress: "192.0.2.2" },
};
const without = { ...bare, deviceId: null, compat: true };
const kept: DeviceSession = { ...known, keptUntil: now + hour };
const request = { reference: "R" } as ResetRequest;
const proof = { asks: undefined, csrf: "token" };
const wrong = { asks: { password: true }, problem: { field: "password", text: { in: () => "Wrong" } } };

describe("the page of", () => {
	test("devices, while there are none", () =>
		assert.deepEqual(outline(devicesPage({ userId: "@a:b", devices: [], kept: [], now })), [
			"Devices",
			"No app is signed in with your account. To sign one in, start it there and enter @a:b.",
			"[Sign out everywhere](/account/sign-out-everywhere)[Back](/account/)",
		]));

	test("devices, with a token and one that is kept", () =>
		assert.deepEqual(
			outline(
				devicesPage({
					userId: "@a:b",
					devices: [{ device: known, name: "Phone" }, { device: token }],
					kept: [{ device: kept }],
					now,
				}),
			),
			[
				"Devices",
				"Names are what the apps call themselves. If you do not know one, look at it and sign it out.",
				"[App](/account/devices/D%2F1) · Phone",
				"D/1",
				"Last used 1 hour ago from 192.0.2.2",
				"[An app without a name](/account/devices/D%2F1)",
				"Token of a program",
				"D/1",
				"Last used 1 hour ago",
				"Signed out, with their keys kept",
				"Their credentials turned up in two places. Sign in again in the app to go on there, or remove what you do not know.",
				"[App](/account/devices/D%2F1)",
				"D/1",
				"Its keys are deleted in 1 hour",
				"Last used 1 hour ago from 192.0.2.2",
				"[Sign out everywhere](/account/sign-out-everywhere)[Back](/account/)",
			],
		));

	test("devices, with an app that has none", () =>
		assert.deepEqual(
			outline(devicesPage({ userId: "@a:b", devices: [{ device: without }], kept: [], now })).slice(2, 5),
			[
				"[An app with the older sign-in](/account/sessions/S)",
				"An app without a device",
				"Last used 1 hour ago",
			],
		));

	test("an app without a device", () =>
		assert.deepEqual(outline(devicePage({ device: without, isAdmin: false, waiting: [], now })), [
			"An app without a device",
			"App",
			"An app with the older sign-in",
			"Sign-in",
			"The older way, by user name and password or through this site",
			"Device ID",
			"None: it has no encryption keys",
			"Signed in",
			"2 hours ago",
			"Last used",
			"1 hour ago",
			"[Sign out this app](/account/sessions/S?delete=1)[All devices](/account/devices)",
		]));

	test("signing out an app without a device", () =>
		assert.deepEqual(outline(signOutDevicePage({ ...proof, device: without })), [
			"Sign out this app?",
			"App",
			"An app with the older sign-in",
			"The app is signed out, and so is whoever uses it. It may go on to work in your rooms for up to two minutes.",
			"to /account/sessions/S?of=S",
			"field csrf = token",
			"(Sign out)",
			"[Keep it](/account/sessions/S)",
		]));

	test("a device of which nothing is known", () =>
		assert.deepEqual(outline(devicePage({ device: bare, isAdmin: false, waiting: [], now })), [
			"Device",
			"App",
			"“An app without a name”",
			"Device ID",
			"D/1",
			"Signed in",
			"2 hours ago",
			"Last used",
			"1 hour ago",
			"[Sign out this device](/account/devices/D%2F1?delete=1)[Rename](/account/devices/D%2F1/name)[Its security log](/account/security?device=D%2F1)[All devices](/account/devices)",
		]));

	test("a device that may administer, and asks for something", () =>
		assert.deepEqual(
			outline(devicePage({ device: known, deviceName: "Phone", isAdmin: true, waiting: [request], now })),
			[
				"Device",
				"It asks to replace your digital identity",
				"[Look at the request](/account/reset/R). Nothing changes unless you approve it.",
				"It may administer this server",
				"App",
				"“App”",
				"Says it is from",
				"app.example",
				"Device name",
				"Phone",
				"Device ID",
				"D/1",
				"Signed in",
				"2 hours ago from 192.0.2.1",
				"Last used",
				"1 hour ago from 192.0.2.2",
				"Says it runs on",
				"Agent/1",
				"[Sign out this device](/account/devices/D%2F1?delete=1)[Rename](/account/devices/D%2F1/name)[Its security log](/account/security?device=D%2F1)[All devices](/account/devices)",
			],
		));

	test("a device that is kept", () =>
		assert.deepEqual(outline(devicePage({ device: kept, isAdmin: true, waiting: [], now })), [
			"Device",
			"It is signed out, and its keys are kept",
			"Its credentials turned up in two places: they may have been copied, or the app made a mistake. Whoever had them has nothing any more. If the app is yours, sign in again in it as the same device; its keys are deleted in 1 hour.",
			"App",
			"“App”",
			"Says it is from",
			"app.example",
			"Device ID",
			"D/1",
			"Signed in",
			"2 hours ago from 192.0.2.1",
			"Last used",
			"1 hour ago from 192.0.2.2",
			"Says it runs on",
			"Agent/1",
			"[Remove this device](/account/devices/D%2F1?delete=1)[Its security log](/account/security?device=D%2F1)[All devices](/account/devices)",
		]));

	test("a token", () =>
		assert.deepEqual(outline(devicePage({ device: token, isAdmin: false, waiting: [], now })), [
			"Device",
			"Token",
			"“An app without a name”",
			"Issued by",
			"The people who run this server",
			"Device ID",
			"D/1",
			"Issued",
			"2 hours ago",
			"Last used",
			"1 hour ago",
			"[End it](/account/devices/D%2F1?delete=1)[Rename](/account/devices/D%2F1/name)[Its security log](/account/security?device=D%2F1)[Look at the token](/account/tokens/S)[All devices](/account/devices)",
		]));

	test("a device with the older sign-in", () =>
		assert.deepEqual(
			outline(devicePage({ device: { ...bare, compat: true }, isAdmin: false, waiting: [], now })),
			[
				"Device",
				"App",
				"An app with the older sign-in",
				"Sign-in",
				"The older way, by user name and password or through this site",
				"Device ID",
				"D/1",
				"Signed in",
				"2 hours ago",
				"Last used",
				"1 hour ago",
				"[Sign out this device](/account/devices/D%2F1?delete=1)[Rename](/account/devices/D%2F1/name)[Its security log](/account/security?device=D%2F1)[All devices](/account/devices)",
			],
		));

	test("signing a device out", () =>
		assert.deepEqual(outline(signOutDevicePage({ ...proof, device: known, deviceName: "Phone" })), [
			"Sign out this device?",
			"App",
			"“App”",
			"Device name",
			"Phone",
			"Device ID",
			"D/1",
			"The app is signed out at once, and so is whoever uses it.",
			"The server deletes the device with its encryption keys and undelivered key messages.",
			"Requests it made to replace your digital identity end.",
			"Without another device or your recovery key you cannot read older encrypted messages again.",
			"to /account/devices/D%2F1?of=S",
			"field csrf = token",
			"(Sign out)",
			"[Keep it](/account/devices/D%2F1)",
		]));

	test("removing one that is kept, after a wrong password", () =>
		assert.deepEqual(outline(signOutDevicePage({ ...proof, ...wrong, device: { ...kept, compat: true } })), [
			"Remove this device?",
			"App",
			"App",
			"Device ID",
			"D/1",
			"The server deletes the device with its encryption keys and undelivered key messages.",
			"Without another device or your recovery key you cannot read older encrypted messages again.",
			"to /account/devices/D%2F1?of=S",
			"field csrf = token",
			"Your password",
			"field password = , required, autofocus, aria-invalid",
			"So that nobody else at this screen can do it.",
			"Wrong",
			"(Remove it)",
			"[Keep it](/account/devices/D%2F1)",
		]));

	test("signing out everywhere, where nothing is signed in", () =>
		assert.deepEqual(outline(signOutEverywherePage({ ...proof, devices: 0 })), [
			"Sign out everywhere?",
			"No app is signed in now.",
			"The server deletes these devices with their encryption keys and undelivered key messages. Without your recovery key you cannot read older encrypted messages again.",
			"Requests to replace your digital identity end.",
			"Every other browser is signed out of this site. This one stays.",
			"to /account/sign-out-everywhere",
			"field csrf = token",
			"(Sign out everywhere)",
			"[Cancel](/account/devices)",
		]));

	test("signing out everywhere, after a wrong password", () =>
		assert.deepEqual(outline(signOutEverywherePage({ ...proof, ...wrong, devices: 2 })), [
			"Sign out everywhere?",
			"The 2 apps signed in with your account stop working at once.",
			"The server deletes these devices with their encryption keys and undelivered key messages. Without your recovery key you cannot read older encrypted messages again.",
			"Requests to replace your digital identity end.",
			"Every other browser is signed out of this site. This one stays.",
			"to /account/sign-out-everywhere",
			"field csrf = token",
			"Your password",
			"field password = , required, autofocus, aria-invalid",
			"So that nobody else at this screen can do it.",
			"Wrong",
			"(Sign out everywhere)",
			"[Cancel](/account/devices)",
		]));
});
