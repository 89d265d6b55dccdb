import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId, type KeptHold, type ResetRequest } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { outline } from "../../../test/support/outline.ts";
import { html } from "../../pages/index.ts";
import type { DeviceSession } from "../../sessions/index.ts";
import { homePage } from "./home.ts";
import { keptBackupPage } from "./kept-backup.ts";

const now = 1_800_000_000_000;
const hour = 3_600_000;
const device: DeviceSession = {
	...{ id: asSessionId("S"), accountId: asAccountId("A"), clientId: "C", deviceId: asDeviceId("D/1") },
	...{ lasting: false, compat: false, scope: "", createdAt: now - 2 * hour, lastUsedAt: now - hour },
};
const request = { reference: "R" } as ResetRequest;
const hold = { until: now + hour } as KeptHold;
const userId = "@ann:example.org";
const csrf = "token";
const text = { in: () => "Wrong" };
const home = {
	...{ userId, createdAt: now - hour, now, isKept: false, signOut: html`sign out here` },
	...{ devices: [], waiting: [] },
};
const kept = {
	...{ passwordNeeded: false, kept: [{ hold, keys: 2 }], devices: [] },
	...{ chosen: undefined, opened: false, csrf, now },
};

describe("the page of", () => {
	test("an account that is new", () =>
		assert.deepEqual(outline(homePage(home)), [
			"Your account",
			"User ID",
			"@ann:example.org",
			"Created",
			"1 hour ago",
			"[Display name](/account/profile)",
			"What others see instead of your user ID",
			"[Devices](/account/devices)",
			"No app is signed in",
			"[Sign in another device](/link)",
			"With the code it shows",
			"[Browsers](/account/browsers)",
			"Where you are signed in to these pages",
			"[Security log](/account/security)",
			"Sign-ins, approvals and changes to your account",
			"[Change password](/account/password)",
			"[Reset your digital identity](/account/reset)",
			"If you lost your recovery key and every verified device",
			"[Deactivate account](/account/deactivate)",
			"sign out here",
		]));

	test("an account in use, for which something waits", () =>
		assert.deepEqual(
			outline(homePage({ ...home, displayName: "Ann", devices: [device], waiting: [request], isKept: true })),
			[
				"Your account",
				"An app asks to replace your digital identity",
				"Nothing changes unless you approve it.",
				"[Look at the request](/account/reset/R)",
				"User ID",
				"@ann:example.org",
				"Display name",
				"Ann",
				"Created",
				"1 hour ago",
				"[Display name](/account/profile)",
				"What others see instead of your user ID",
				"[Devices](/account/devices)",
				"1 app is signed in, last used 1 hour ago",
				"[Sign in another device](/link)",
				"With the code it shows",
				"[Browsers](/account/browsers)",
				"Where you are signed in to these pages",
				"[Security log](/account/security)",
				"Sign-ins, approvals and changes to your account",
				"[Change password](/account/password)",
				"[Reset your digital identity](/account/reset)",
				"If you lost your recovery key and every verified device",
				"[From before a reset](/account/kept)",
				"A key backup that your app removed before a reset",
				"[Deactivate account](/account/deactivate)",
				"sign out here",
			],
		));

	test("an account for which much waits", () =>
		assert.deepEqual(outline(homePage({ ...home, devices: [device, device], waiting: [request, request] })), [
			"Your account",
			"2 requests ask to replace your digital identity",
			"Nothing changes unless you approve it.",
			"[Look at the requests](/account/reset)",
			"User ID",
			"@ann:example.org",
			"Created",
			"1 hour ago",
			"[Display name](/account/profile)",
			"What others see instead of your user ID",
			"[Devices](/account/devices)",
			"2 apps are signed in, last used 1 hour ago",
			"[Sign in another device](/link)",
			"With the code it shows",
			"[Browsers](/account/browsers)",
			"Where you are signed in to these pages",
			"[Security log](/account/security)",
			"Sign-ins, approvals and changes to your account",
			"[Change password](/account/password)",
			"[Reset your digital identity](/account/reset)",
			"If you lost your recovery key and every verified device",
			"[Deactivate account](/account/deactivate)",
			"sign out here",
		]));

	test("what is kept, while nothing is", () =>
		assert.deepEqual(outline(keptBackupPage({ ...kept, kept: [], trouble: text })), [
			"From before a reset",
			"WrongNothing is kept from before a reset of your digital identity.",
			"After a reset that you have approved, this server keeps the key backup that your app removed, if it was set up to. It is listed here then.",
			"[Back](/account/)",
		]));

	test("what is kept, without an app that could read it", () =>
		assert.deepEqual(outline(keptBackupPage({ ...kept, kept: [{ hold, keys: undefined }] })), [
			"From before a reset",
			"An app of yours removed this backup of your message keys. It is gone from your devices; this server keeps it for you alone. With your old recovery key an app can move its keys into your new backup, so that old messages can be read again.",
			"Nobody can read it without the old recovery key, and this site never asks you for that.",
			"Key backup",
			"The homeserver does not answer at the moment",
			"Deleted for good",
			"in 1 hour",
			"to /account/kept",
			"field csrf = token",
			"Let an app read it",
			"No app is signed in that could read it.",
			"Delete it now",
			"Afterwards nobody can have it back.",
			"(Delete now) decision delete",
			"[Back](/account/)",
		]));

	test("what is kept, with apps to choose from, after a wrong password", () =>
		assert.deepEqual(
			outline(
				keptBackupPage({
					...kept,
					passwordNeeded: true,
					problem: text,
					devices: [
						{ device, name: "Phone" },
						{ device: { ...device, id: asSessionId("T"), deviceId: asDeviceId("E") } },
					],
					chosen: "E",
				}),
			),
			[
				"From before a reset",
				"[Wrong](#password)",
				"An app of yours removed this backup of your message keys. It is gone from your devices; this server keeps it for you alone. With your old recovery key an app can move its keys into your new backup, so that old messages can be read again.",
				"Nobody can read it without the old recovery key, and this site never asks you for that.",
				"Key backup",
				"2 message keys",
				"Deleted for good",
				"in 1 hour",
				"to /account/kept",
				"field csrf = token",
				"Let an app read it",
				"For ten minutes, and only the app that you choose. In a terminal, xsign undo does the rest; it asks for the old recovery key on that machine.",
				"field device = S",
				"An app without a name · Phone",
				"D/1",
				"field device = T, checked",
				"An app without a name",
				"E",
				"Your password",
				"field password = , required, aria-invalid",
				"So that nobody else at this screen can do it.",
				"Wrong",
				"(Let it read for ten minutes) decision read",
				"Delete it now",
				"Afterwards nobody can have it back.",
				"(Delete now) decision delete",
				"[Back](/account/)",
			],
		));

	test("what is kept, once an app may read it", () =>
		assert.deepEqual(outline(keptBackupPage({ ...kept, devices: [{ device }], opened: true })), [
			"From before a reset",
			"For ten minutes this app can read it",
			"Go on in the app, which now needs your old recovery key.",
			"An app of yours removed this backup of your message keys. It is gone from your devices; this server keeps it for you alone. With your old recovery key an app can move its keys into your new backup, so that old messages can be read again.",
			"Nobody can read it without the old recovery key, and this site never asks you for that.",
			"Key backup",
			"2 message keys",
			"Deleted for good",
			"in 1 hour",
			"to /account/kept",
			"field csrf = token",
			"Let an app read it",
			"For ten minutes, and only the app that you choose. In a terminal, xsign undo does the rest; it asks for the old recovery key on that machine.",
			"field device = S",
			"An app without a name",
			"D/1",
			"(Let it read for ten minutes) decision read",
			"Delete it now",
			"Afterwards nobody can have it back.",
			"(Delete now) decision delete",
			"[Back](/account/)",
		]));
});
