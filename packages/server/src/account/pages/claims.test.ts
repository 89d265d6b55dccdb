import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId, parseMatrixScope } from "@countersign/protocol";
import { inEnglish } from "../../../test/support/in-english.ts";
import type { InteractionDetails } from "../../authorization/index.ts";
import type { Html } from "../../pages/index.ts";
import type { DeviceSession } from "../../sessions/index.ts";
import { say } from "../../words/index.ts";
import { signOutBrowserPage } from "./browser-sign-out.ts";
import { browsersPage } from "./browsers.ts";
import { claimed, quoted } from "./claims.ts";
import { compatSsoPage } from "./compat-sso.ts";
import { consentPage } from "./consent.ts";
import { devicePage } from "./device.ts";
import { signOutDevicePage } from "./device-sign-out.ts";
import { devicesPage } from "./devices.ts";
import { homePage } from "./home.ts";
import { linkAskingPage } from "./link-asking.ts";
import { signOutForm } from "./sign-out-form.ts";

const now = 1_800_000_000_000;
/** Letters written from right to left: beside them, digits and punctuation outside change places with one another. */
const strong = "טלפון";

const device: DeviceSession = {
	...{
		id: asSessionId("session"),
		accountId: asAccountId("account"),
		clientId: "client",
		deviceId: asDeviceId("7438291056AB"),
		scope: "",
	},
	...{ lasting: false, compat: false, createdAt: now, lastUsedAt: now },
	...{ clientName: `${strong} 1`, userAgent: `${strong} 2` },
};
const listed = {
	...{ idHash: "other", createdAt: now, lastSeenAt: now, userAgent: `${strong} 3`, address: "192.0.2.7" },
};
const client = { id: "client", name: `${strong} 4`, uri: "https://app.example/", host: "app.example" };
const signOut = signOutForm({ label: say("browsers.sign-out"), csrf: "t" });
const person = { userId: "@alice:localhost", mayAdminister: false, csrf: "t", room: [], now: 1 };
const proof = { asks: undefined };

function scope() {
	const parsed = parseMatrixScope("urn:matrix:client:api:* urn:matrix:client:device:7438291056AB");
	return parsed.ok ? parsed.value : assert.fail(parsed.description);
}

const asked: InteractionDetails = {
	ok: true,
	...{ uid: "uid", client, scope: scope(), deviceKnown: false, prompt: "consent" },
	...{ redirectUri: "https://app.example/", redirectTarget: "https://app.example" },
	...{ createdAt: now, expiresAt: now },
};

const deviceName = `${strong} 5`;
const pages: Readonly<Record<string, Html>> = {
	devices: devicesPage({ ...person, devices: [{ device, name: deviceName }], kept: [], now }).body,
	device: devicePage({ device, deviceName, isAdmin: false, waiting: [], now }).body,
	"signing out a device": signOutDevicePage({ device, deviceName, csrf: "t", ...proof }).body,
	browsers: browsersPage({
		...{ browsers: [listed], now, signOut },
		here: { idHash: "here", createdAt: now, userAgent: strong },
	}).body,
	"signing out a browser": signOutBrowserPage({ browser: listed, csrf: "t", now, ...proof }).body,
	home: homePage({
		...person,
		isKept: false,
		createdAt: now,
		displayName: strong,
		devices: [],
		waiting: [],
		events: [
			{
				...{ id: "1", accountId: device.accountId, at: now, kind: "device-signed-in", detail: {} },
				...{ actor: { kind: "app", clientId: "C" }, appName: strong },
			},
		],
		safety: {
			...{ identity: undefined, passkeys: 0, canHavePasskeys: true, addresses: undefined },
			codes: { since: undefined, left: 0 },
		},
		now,
		signOut,
	}).body,
	consent: consentPage({ ...person, ...proof, asked, expected: strong, switchAccount: signOut }).body,
	"device code": linkAskingPage({
		request: {
			...{ code: "BCDF-GHJK", client, scope: scope(), deviceKnown: false, createdAt: now },
			userAgent: strong,
		},
		...{ ...person, ...proof, browserAddress: "192.0.2.7", now },
		another: { expected: strong, switchAccount: signOut },
	}).body,
	"older sign-in": compatSsoPage({
		...{ ...person, ...proof, id: "id", switchAccount: signOut },
		site: { kind: "app", scheme: `${strong}:` },
	}).body,
};

describe("what others wrote cannot reorder the words of this server beside it", () => {
	for (const [name, body] of Object.entries(pages)) {
		test(name, () => {
			const text = inEnglish(body);
			assert.ok(text.includes(strong));
			assert.ok(!text.replaceAll(/<bdi>[^<]*<\/bdi>/g, "").includes(strong), text);
		});
	}
});

describe("a name in quotation marks cannot end them", () => {
	test("no quotation mark of any kind is left inside", () => {
		const closing = `Element from element.io” says it is from element.io. Verified by`;
		assert.equal(
			inEnglish(quoted(closing)),
			"“<bdi>Element from element.io&#39; says it is from element.io. Verified by</bdi>”",
		);
		for (const mark of `"“”„‟«»‹›〝〞〟＂″‴‶ʺ˝״❝❞⹂`)
			assert.equal(inEnglish(quoted(`a${mark}b`)), "“<bdi>a&#39;b</bdi>”", mark);
	});

	test("nor several small ones that look like a large one", () => {
		for (const marks of ["''", "’’", "‘’", "`´", "ʼʼ", "′′", "＇＇", "’ ’", "’’’’"])
			assert.equal(inEnglish(quoted(`a${marks}b`)), "“<bdi>a&#39;b</bdi>”", marks);
		assert.equal(inEnglish(quoted("Alice’s phone")), "“<bdi>Alice’s phone</bdi>”");
	});

	test("outside of quotation marks a name stays as it is", () => {
		assert.equal(inEnglish(claimed("the “best” one <b>")), "<bdi>the “best” one &lt;b&gt;</bdi>");
	});
});
