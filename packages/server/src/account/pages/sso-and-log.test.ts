import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { outline } from "../../../test/support/outline.ts";
import { html } from "../../pages/index.ts";
import type { SessionOnDevice } from "../../sessions/index.ts";
import { compatSsoDenied, compatSsoPage } from "./compat-sso.ts";
import { filterForm } from "./log-filter.ts";

const sso = {
	...{ id: "a/b", userId: "@ann:example.org", csrf: "token", asks: undefined, room: [], now: 1 },
	switchAccount: html`somebody else`,
};
const device: SessionOnDevice = {
	...{ id: asSessionId("S"), accountId: asAccountId("A"), clientId: "C", deviceId: asDeviceId("D/1") },
	...{ lasting: false, compat: false, scope: "", createdAt: 1, lastUsedAt: 2 },
};
const title = { in: () => "Log" };
const all = { group: undefined, deviceId: undefined };

describe("the page of", () => {
	test("a site that asks in clear text", () =>
		assert.deepEqual(
			outline(compatSsoPage({ ...sso, site: { kind: "website", origin: "http://app.example" } })),
			[
				"Continue to app.example?",
				"You were sent here to sign in. If you continue, you go to",
				"http://app.example",
				"This is a website. Compare its address, letter by letter, with that of the app you use. It gets access to your account and can read and send messages as you, until you sign it out on your account page. It never sees your password.",
				"The way there is not encrypted",
				"Others in your network could take the access to your account for themselves.",
				"Only continue if you started this yourself, just now",
				"If a message, a person or another page brought you here, cancel: whoever sent you would be signed in as you.",
				"Your account",
				"@ann:example.org",
				"to /account/sso/a%2Fb",
				"field csrf = token",
				"(Continue) decision approve",
				"(Cancel) decision deny",
				"somebody else",
			],
		));

	test("a site with a name that fits no heading", () =>
		assert.deepEqual(
			outline(compatSsoPage({ ...sso, site: { kind: "website", origin: `https://${"a".repeat(37)}.org` } })),
			[
				"Continue to this website?",
				"You were sent here to sign in. If you continue, you go to",
				"https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.org",
				"This is a website. Compare its address, letter by letter, with that of the app you use. It gets access to your account and can read and send messages as you, until you sign it out on your account page. It never sees your password.",
				"Only continue if you started this yourself, just now",
				"If a message, a person or another page brought you here, cancel: whoever sent you would be signed in as you.",
				"Your account",
				"@ann:example.org",
				"to /account/sso/a%2Fb",
				"field csrf = token",
				"(Continue) decision approve",
				"(Cancel) decision deny",
				"somebody else",
			],
		));

	test("a site with a name that just fits", () =>
		assert.deepEqual(
			outline(compatSsoPage({ ...sso, site: { kind: "website", origin: `https://${"a".repeat(36)}.org` } })),
			[
				"Continue to aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.org?",
				"You were sent here to sign in. If you continue, you go to",
				"https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.org",
				"This is a website. Compare its address, letter by letter, with that of the app you use. It gets access to your account and can read and send messages as you, until you sign it out on your account page. It never sees your password.",
				"Only continue if you started this yourself, just now",
				"If a message, a person or another page brought you here, cancel: whoever sent you would be signed in as you.",
				"Your account",
				"@ann:example.org",
				"to /account/sso/a%2Fb",
				"field csrf = token",
				"(Continue) decision approve",
				"(Cancel) decision deny",
				"somebody else",
			],
		));

	test("a program of this machine", () =>
		assert.deepEqual(
			outline(compatSsoPage({ ...sso, site: { kind: "this-machine", host: "localhost:1" } })),
			[
				"Continue to a program on this device?",
				"You were sent here to sign in. If you continue, you go to",
				"localhost:1",
				"This is a program that runs on this device. It gets access to your account and can read and send messages as you, until you sign it out on your account page. It never sees your password.",
				"Only continue if you started this yourself, just now",
				"If a message, a person or another page brought you here, cancel: whoever sent you would be signed in as you.",
				"Your account",
				"@ann:example.org",
				"to /account/sso/a%2Fb",
				"field csrf = token",
				"(Continue) decision approve",
				"(Cancel) decision deny",
				"somebody else",
			],
		));

	test("an app with a scheme of its own", () =>
		assert.deepEqual(outline(compatSsoPage({ ...sso, site: { kind: "app", scheme: "org.example.app" } })), [
			"Continue to an app on this device?",
			"You were sent here to sign in. If you continue, you go to",
			"org.example.app",
			"This is the app on this device that opens such links. Any app can claim to. It gets access to your account and can read and send messages as you, until you sign it out on your account page. It never sees your password.",
			"Only continue if you started this yourself, just now",
			"If a message, a person or another page brought you here, cancel: whoever sent you would be signed in as you.",
			"Your account",
			"@ann:example.org",
			"to /account/sso/a%2Fb",
			"field csrf = token",
			"(Continue) decision approve",
			"(Cancel) decision deny",
			"somebody else",
		]));

	test("a site that was refused", () =>
		assert.deepEqual(outline(compatSsoDenied), [
			"Cancelled",
			"Nobody was given access to your account. If you did mean to sign in, go back to the app and start again.",
			"[Your account](/account/)",
		]));

	test("the log, whole", () =>
		assert.deepEqual(outline({ title, body: filterForm(all, [device]) }), [
			"Log",
			"Show only a part",
			"to /account/security",
			"What happened",
			"option selected: Everything",
			"option sign-ins : Sign-ins and the account",
			"option devices : Devices and apps",
			"option identity : Digital identity",
			"option password : Password, passkeys and codes",
			"Device",
			"option selected: All devices",
			"option D/1 : ⁨D/1⁩ · ⁨An app without a name⁩",
			"(Show)",
		]));

	test("the log of one device", () =>
		assert.deepEqual(
			outline({
				title,
				body: filterForm({ ...all, deviceId: device.deviceId }, [
					device,
					{ ...device, deviceId: asDeviceId("E") },
				]),
			}),
			[
				"Log",
				"Show only a part",
				"to /account/security",
				"What happened",
				"option selected: Everything",
				"option sign-ins : Sign-ins and the account",
				"option devices : Devices and apps",
				"option identity : Digital identity",
				"option password : Password, passkeys and codes",
				"Device",
				"option : All devices",
				"option D/1 selected: ⁨D/1⁩ · ⁨An app without a name⁩",
				"option E : ⁨E⁩ · ⁨An app without a name⁩",
				"(Show)",
				"[Show everything](/account/security)",
			],
		));

	test("the log of a device that is gone, of one kind", () =>
		assert.deepEqual(
			outline({ title, body: filterForm({ group: "identity", deviceId: asDeviceId("GONE") }, [device]) }),
			[
				"Log",
				"Show only a part",
				"to /account/security",
				"What happened",
				"option : Everything",
				"option sign-ins : Sign-ins and the account",
				"option devices : Devices and apps",
				"option identity selected: Digital identity",
				"option password : Password, passkeys and codes",
				"Device",
				"option : All devices",
				"option D/1 : ⁨D/1⁩ · ⁨An app without a name⁩",
				"option GONE selected: ⁨GONE⁩",
				"(Show)",
				"[Show everything](/account/security)",
			],
		));
});
