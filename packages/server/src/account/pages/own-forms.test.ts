import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { outline } from "../../../test/support/outline.ts";
import type { SessionOnDevice } from "../../sessions/index.ts";
import { deactivatedPage, deactivatePage } from "./deactivate.ts";
import { deviceNamePage } from "./device-name.ts";
import { passwordPage } from "./password.ts";
import { profilePage } from "./profile.ts";
import { openWindowPage, resetWindowPage } from "./reset-window.ts";

const now = 1_800_000_000_000;
const hour = 3_600_000;
const device: SessionOnDevice = {
	...{ id: asSessionId("S"), accountId: asAccountId("A"), clientId: "C", deviceId: asDeviceId("D/1") },
	...{ lasting: false, compat: false, scope: "", createdAt: now - 2 * hour, lastUsedAt: now - hour },
};
const userId = "@ann:example.org";
const csrf = "token";
const text = { in: () => "Wrong" };
const asks = { password: true };
const window = { userId, csrf, asks };

describe("the page of", () => {
	test("a new password", () =>
		assert.deepEqual(outline(passwordPage({ asks, username: "ann", csrf })), [
			"Change password",
			"Every other browser is signed out of this site. Your apps stay signed in.",
			"to /account/password",
			"field csrf = token",
			"field username = ann, readonly",
			"Current password",
			"field current = , required",
			"New password",
			"field password = , required",
			"At least 10 characters. A few unrelated words are easy to remember and hard to guess.",
			"(Change password)",
			"[Cancel](/account/)",
		]));

	test("a new password, after a wrong one", () =>
		assert.deepEqual(
			outline(passwordPage({ asks, username: "ann", csrf, problem: { field: "current", text } })),
			[
				"Change password",
				"Every other browser is signed out of this site. Your apps stay signed in.",
				"to /account/password",
				"field csrf = token",
				"field username = ann, readonly",
				"Current password",
				"field current = , required, autofocus, aria-invalid",
				"Wrong",
				"New password",
				"field password = , required",
				"At least 10 characters. A few unrelated words are easy to remember and hard to guess.",
				"(Change password)",
				"[Cancel](/account/)",
			],
		));

	test("a new password that is none", () =>
		assert.deepEqual(
			outline(passwordPage({ asks, username: "ann", csrf, problem: { field: "password", text } })),
			[
				"Change password",
				"Every other browser is signed out of this site. Your apps stay signed in.",
				"to /account/password",
				"field csrf = token",
				"field username = ann, readonly",
				"Current password",
				"field current = , required",
				"New password",
				"field password = , required, autofocus, aria-invalid",
				"At least 10 characters. A few unrelated words are easy to remember and hard to guess.",
				"Wrong",
				"(Change password)",
				"[Cancel](/account/)",
			],
		));

	test("one's name", () =>
		assert.deepEqual(outline(profilePage({ userId, displayName: "Ann", csrf })), [
			"Display name",
			"Other people on Matrix see this name. You sign in with your user name, which stays as it is.",
			"User ID",
			"@ann:example.org",
			"to /account/profile",
			"field csrf = token",
			"Display name",
			"field displayname = Ann",
			"Leave it empty to be shown as your user ID.",
			"(Save)",
			"[Cancel](/account/)",
		]));

	test("one's name that is not taken", () =>
		assert.deepEqual(outline(profilePage({ userId, displayName: "Ann", csrf, problem: text })), [
			"Display name",
			"Other people on Matrix see this name. You sign in with your user name, which stays as it is.",
			"User ID",
			"@ann:example.org",
			"to /account/profile",
			"field csrf = token",
			"Display name",
			"field displayname = Ann, autofocus, aria-invalid",
			"Leave it empty to be shown as your user ID.",
			"Wrong",
			"(Save)",
			"[Cancel](/account/)",
		]));

	test("a device's name", () =>
		assert.deepEqual(outline(deviceNamePage({ device, name: "Phone", csrf })), [
			"Name this device",
			"By its name you know the device again, here and in your apps. Other people in your rooms may see it.",
			"App",
			"“An app without a name”",
			"Device ID",
			"D/1",
			"to /account/devices/D%2F1/name",
			"field csrf = token",
			"Device name",
			"field name = Phone",
			"Leave it empty to see only what the app calls itself.",
			"(Save)",
			"[Cancel](/account/devices/D%2F1)",
		]));

	test("a device's name that is not taken", () =>
		assert.deepEqual(
			outline(
				deviceNamePage({
					device: { ...device, compat: true },
					name: "Phone",
					csrf,
					problem: { text, isOfName: true },
				}),
			),
			[
				"Name this device",
				"By its name you know the device again, here and in your apps. Other people in your rooms may see it.",
				"App",
				"An app with the older sign-in",
				"Device ID",
				"D/1",
				"to /account/devices/D%2F1/name",
				"field csrf = token",
				"Device name",
				"field name = Phone, autofocus, aria-invalid",
				"Leave it empty to see only what the app calls itself.",
				"Wrong",
				"(Save)",
				"[Cancel](/account/devices/D%2F1)",
			],
		));

	test("a device's name that could not be told", () =>
		assert.deepEqual(
			outline(deviceNamePage({ device, name: "Phone", csrf, problem: { text, isOfName: false } })),
			[
				"Name this device",
				"Wrong",
				"By its name you know the device again, here and in your apps. Other people in your rooms may see it.",
				"App",
				"“An app without a name”",
				"Device ID",
				"D/1",
				"to /account/devices/D%2F1/name",
				"field csrf = token",
				"Device name",
				"field name = Phone",
				"Leave it empty to see only what the app calls itself.",
				"(Save)",
				"[Cancel](/account/devices/D%2F1)",
			],
		));

	test("closing the account", () =>
		assert.deepEqual(outline(deactivatePage({ asks, userId, username: "ann", csrf, erase: false })), [
			"Deactivate your account?",
			"This closes @ann:example.org for good. You cannot undo it: only the people who run this server can open it again, and then it is empty.",
			"All your apps and browsers are signed out at once.",
			"Your devices, encryption keys, key backup and digital identity are deleted. Encrypted messages you have not saved elsewhere cannot be read again.",
			"Nobody, you included, can use the name ann again.",
			"Messages you sent stay with the people who received them.",
			"Your display name and picture are shown to nobody here any more. They stay on record, unless you have them erased.",
			"The server keeps your user ID, so that nobody else becomes you, and the security log of this account for a year.",
			"to /account/deactivate",
			"field csrf = token",
			"field erase = yes",
			"Also erase my profile: display name and picture",
			"Type ann to confirm",
			"field username = , required",
			"Your password",
			"field password = , required",
			"So that nobody else at this screen can do it.",
			"(Deactivate for good)",
			"[Keep my account](/account/)",
		]));

	test("closing the account, with another name typed", () =>
		assert.deepEqual(
			outline(
				deactivatePage({
					asks,
					userId,
					username: "ann",
					csrf,
					erase: true,
					problem: { field: "username", text },
				}),
			),
			[
				"Deactivate your account?",
				"This closes @ann:example.org for good. You cannot undo it: only the people who run this server can open it again, and then it is empty.",
				"All your apps and browsers are signed out at once.",
				"Your devices, encryption keys, key backup and digital identity are deleted. Encrypted messages you have not saved elsewhere cannot be read again.",
				"Nobody, you included, can use the name ann again.",
				"Messages you sent stay with the people who received them.",
				"Your display name and picture are shown to nobody here any more. They stay on record, unless you have them erased.",
				"The server keeps your user ID, so that nobody else becomes you, and the security log of this account for a year.",
				"to /account/deactivate",
				"field csrf = token",
				"field erase = yes, checked",
				"Also erase my profile: display name and picture",
				"Type ann to confirm",
				"field username = , required, autofocus, aria-invalid",
				"Wrong",
				"Your password",
				"field password = , required",
				"So that nobody else at this screen can do it.",
				"(Deactivate for good)",
				"[Keep my account](/account/)",
			],
		));

	test("closing the account, after a wrong password", () =>
		assert.deepEqual(
			outline(
				deactivatePage({
					asks,
					userId,
					username: "ann",
					csrf,
					erase: false,
					problem: { field: "password", text },
				}),
			),
			[
				"Deactivate your account?",
				"This closes @ann:example.org for good. You cannot undo it: only the people who run this server can open it again, and then it is empty.",
				"All your apps and browsers are signed out at once.",
				"Your devices, encryption keys, key backup and digital identity are deleted. Encrypted messages you have not saved elsewhere cannot be read again.",
				"Nobody, you included, can use the name ann again.",
				"Messages you sent stay with the people who received them.",
				"Your display name and picture are shown to nobody here any more. They stay on record, unless you have them erased.",
				"The server keeps your user ID, so that nobody else becomes you, and the security log of this account for a year.",
				"to /account/deactivate",
				"field csrf = token",
				"field erase = yes",
				"Also erase my profile: display name and picture",
				"Type ann to confirm",
				"field username = , required",
				"Your password",
				"field password = , required, autofocus, aria-invalid",
				"So that nobody else at this screen can do it.",
				"Wrong",
				"(Deactivate for good)",
				"[Keep my account](/account/)",
			],
		));

	test("an account that was closed", () =>
		assert.deepEqual(outline(deactivatedPage({ userId, erased: false })), [
			"Your account is closed",
			"@ann:example.org is deactivated. All apps and browsers are signed out, and what was kept for them is deleted.",
			"You can close this window.",
		]));

	test("an account that was erased", () =>
		assert.deepEqual(outline(deactivatedPage({ userId, erased: true })), [
			"Your account is closed",
			"@ann:example.org is deactivated. All apps and browsers are signed out, and what was kept for them is deleted, your display name and picture included.",
			"You can close this window.",
		]));

	test("the homeserver's switch", () =>
		assert.deepEqual(outline(resetWindowPage({ ...window, asks: undefined })), [
			"Reset your digital identity?",
			"An app of @ann:example.org may have sent you here. Agree only if you started this yourself, just now.",
			"What you allow is not for one app alone.",
			"For ten minutes any device signed in to your account, also one that somebody has stolen the access of, can replace your digital identity, not only the app you are looking at.",
			"So look at [your devices](/account/devices) first, and sign out what you do not know.",
			"What you lose",
			"Your other devices are no longer verified, nor are the people you verified.",
			"People who verified you see a warning until they do it again.",
			"Old encrypted messages that none of your devices can open stay closed, and the old recovery key stops working.",
			"What stays",
			"Your account, your rooms, your contacts, and every device stays signed in.",
			"Messages that a device can open now stay readable there.",
			"Your answer",
			"to /account/reset",
			"field csrf = token",
			"field understood = yes, required",
			"I started this myself, and I know that any device signed in to my account can use it",
			"(Allow it for ten minutes)",
			"[Cancel](/account/)",
		]));

	test("the homeserver's switch, once it was used", () =>
		assert.deepEqual(outline(resetWindowPage({ ...window, asks: undefined, isReplaced: true })).slice(0, 6), [
			"Your digital identity was replaced",
			"What you allowed is over by that: your homeserver takes no further one.",
			"This was not you?",
			"[Sign out everywhere](/account/sign-out-everywhere) at once, then [change your password](/account/password).",
			"To replace it once more",
			"An app of @ann:example.org may have sent you here. Agree only if you started this yourself, just now.",
		]));

	test("the homeserver's switch, not understood", () =>
		assert.deepEqual(outline(resetWindowPage({ ...window, problem: { field: "understood", text } })), [
			"Reset your digital identity?",
			"An app of @ann:example.org may have sent you here. Agree only if you started this yourself, just now.",
			"What you allow is not for one app alone.",
			"For ten minutes any device signed in to your account, also one that somebody has stolen the access of, can replace your digital identity, not only the app you are looking at.",
			"So look at [your devices](/account/devices) first, and sign out what you do not know.",
			"What you lose",
			"Your other devices are no longer verified, nor are the people you verified.",
			"People who verified you see a warning until they do it again.",
			"Old encrypted messages that none of your devices can open stay closed, and the old recovery key stops working.",
			"What stays",
			"Your account, your rooms, your contacts, and every device stays signed in.",
			"Messages that a device can open now stay readable there.",
			"Your answer",
			"to /account/reset",
			"field csrf = token",
			"field understood = yes, required, autofocus, aria-invalid",
			"I started this myself, and I know that any device signed in to my account can use it",
			"Wrong",
			"Your password",
			"field password = , required",
			"So that nobody else at this screen can do it.",
			"(Allow it for ten minutes)",
			"[Cancel](/account/)",
		]));

	test("the homeserver's switch, after a wrong password", () =>
		assert.deepEqual(outline(resetWindowPage({ ...window, problem: { field: "password", text } })), [
			"Reset your digital identity?",
			"An app of @ann:example.org may have sent you here. Agree only if you started this yourself, just now.",
			"What you allow is not for one app alone.",
			"For ten minutes any device signed in to your account, also one that somebody has stolen the access of, can replace your digital identity, not only the app you are looking at.",
			"So look at [your devices](/account/devices) first, and sign out what you do not know.",
			"What you lose",
			"Your other devices are no longer verified, nor are the people you verified.",
			"People who verified you see a warning until they do it again.",
			"Old encrypted messages that none of your devices can open stay closed, and the old recovery key stops working.",
			"What stays",
			"Your account, your rooms, your contacts, and every device stays signed in.",
			"Messages that a device can open now stay readable there.",
			"Your answer",
			"to /account/reset",
			"field csrf = token",
			"field understood = yes, required",
			"I started this myself, and I know that any device signed in to my account can use it",
			"Your password",
			"field password = , required, autofocus, aria-invalid",
			"So that nobody else at this screen can do it.",
			"Wrong",
			"(Allow it for ten minutes)",
			"[Cancel](/account/)",
		]));

	test("the homeserver's switch once it is used", () =>
		assert.deepEqual(outline(openWindowPage({ until: now + 600_000, now })), [
			"Your digital identity can be replaced now",
			"Go back to the app. It goes on by itself within seconds. If it does not, press Retry or Continue there.",
			"Not the app alone can use it.",
			"Any device signed in to your account can replace your identity. This ends in 10 minutes, or once the identity is replaced; it cannot be ended earlier from here.",
			"This was not you?",
			"[Sign out everywhere](/account/sign-out-everywhere) at once, then [change your password](/account/password).",
			"[What happened in your account](/account/security)",
		]));
});
