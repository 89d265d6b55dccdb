import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId, type KeptHold, type ResetRequest } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { outline } from "../../../test/support/outline.ts";
import type { LoggedEvent } from "../../audit/index.ts";
import { html } from "../../pages/index.ts";
import type { SessionOnDevice } from "../../sessions/index.ts";
import { homePage } from "./home.ts";
import { keptBackupPage } from "./kept-backup.ts";
import { type Safety, safetySection } from "./safety.ts";

const now = 1_800_000_000_000;
const hour = 3_600_000;
const device: SessionOnDevice = {
	...{ id: asSessionId("S"), accountId: asAccountId("A"), clientId: "C", deviceId: asDeviceId("D/1") },
	...{ lasting: false, compat: false, scope: "", createdAt: now - 2 * hour, lastUsedAt: now - hour },
};
const request = { reference: "R" } as ResetRequest;
const hold = { isBack: false, until: now + hour } as KeptHold;
const read = { ...hold, reading: { sessionId: device.id, until: now + 9 * 60_000 } };
const userId = "@ann:example.org";
const csrf = "token";
const text = { in: () => "Wrong" };
const unsafe: Safety = {
	...{ identity: undefined, passkeys: 0, canHavePasskeys: true, addresses: undefined },
	codes: { since: undefined, left: 0 },
};
const home = {
	...{ userId, createdAt: now - hour, now, isKept: false, signOut: html`sign out here` },
	...{ devices: [], waiting: [], events: [], safety: unsafe },
};
const event = { id: "E", accountId: asAccountId("A"), detail: {} };
const signedIn: LoggedEvent = {
	...{ ...event, kind: "device-signed-in", at: now - hour, actor: { kind: "person" } },
};
const replaced: LoggedEvent = { ...event, kind: "identity-replaced-unasked", at: now - 2 * hour };
const safetyWords = outline({ title: text, body: safetySection(unsafe, now) }).slice(1);
const between = [
	"[Tokens for programs](/account/tokens)",
	"For bots and scripts that cannot sign in",
	"[Sign in another device](/link)",
	"With the code it shows",
	"[Browsers](/account/browsers)",
	"Where you are signed in to these pages",
	"[Display name](/account/profile)",
	"What others see instead of your user ID",
	"[Reset your digital identity](/account/reset)",
	"If you lost your recovery key and every verified device",
];
/** Closing the account stands behind everything else. */
const last = ["sign out here", "[Deactivate account](/account/deactivate)", "Closes it for good"];
const kept = {
	...{ asks: undefined, kept: [{ hold, keys: 2 }], devices: [] },
	...{ chosen: undefined, csrf, now },
};

describe("the page of", () => {
	test("an account that is new", () =>
		assert.deepEqual(outline(homePage(home)), [
			"Your account",
			"User ID",
			"@ann:example.org",
			"Created",
			"1 hour ago",
			...safetyWords,
			"What happened lately",
			"[Security log](/account/security)",
			"Sign-ins, approvals and changes to your account",
			"What you can do",
			"[Devices](/account/devices)",
			"No app is signed in",
			...between,
			...last,
		]));

	test("an account in use, for which something waits", () =>
		assert.deepEqual(
			outline(
				homePage({
					...home,
					displayName: "Ann",
					devices: [device],
					waiting: [request],
					isKept: true,
					events: [signedIn, replaced],
				}),
			),
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
				...safetyWords,
				"What happened lately",
				"An app signed in",
				"1 hour ago · by you",
				"The homeserver let an app replace your digital identity without anybody&#39;s approval",
				"2 hours ago",
				"[Security log](/account/security)",
				"Sign-ins, approvals and changes to your account",
				"What you can do",
				"[Devices](/account/devices)",
				"1 app is signed in, last used 1 hour ago",
				...between,
				"[Removed key backup](/account/kept)",
				"This server keeps it for you for some days",
				...last,
			],
		));

	test("an account without the second factor that is demanded of it, while there is time", () => {
		const words = outline(
			homePage({ ...home, missingFactor: { until: now + 3 * 24 * hour, isOver: false } }),
		);
		assert.deepEqual(words.slice(1, 4), [
			"You need a second factor",
			"You have to have one in 3 days. From then on your password alone lets no app in, and confirms nothing. Apps that are signed in stay signed in.",
			"[Add a second factor](/account/second-factor?next=%2Faccount%2F)",
		]);
	});

	test("an account for which much waits", () => {
		const words = outline(homePage({ ...home, devices: [device, device], waiting: [request, request] }));
		assert.deepEqual(words.slice(1, 4), [
			"2 requests ask to replace your digital identity",
			"Nothing changes unless you approve it.",
			"[Look at the requests](/account/reset)",
		]);
		assert.ok(words.includes("2 apps are signed in, last used 1 hour ago"));
	});

	test("what is kept, while nothing is", () =>
		assert.deepEqual(outline(keptBackupPage({ ...kept, kept: [], problem: { text } })), [
			"Removed key backup",
			"Wrong",
			"Nothing is kept of what your apps have removed.",
			"When you have approved a reset, or an app has given its key backup up, this server keeps the removed backup for some days, if it was set up to. It is listed here then.",
			"[Back](/account/)",
		]));

	test("what opens a backup that is back, alone or beside one that is gone", () => {
		const back = { hold: { ...hold, isBack: true }, keys: 2 };
		const about = [
			"An app of yours removed this backup of your message keys, or only what opens it. The backup is in its place. Secret storage is not as it was, because it had been changed meanwhile. So the key of this backup is kept here, for you alone; your old recovery key opens it. With that an app can move the message keys into the backup that you use now, so that old messages can be read again.",
			"The backup itself stays. Afterwards your old recovery key does not open it any more.",
			"Its key will be deleted",
		];
		const alone = outline(keptBackupPage({ ...kept, kept: [back] }));
		assert.deepEqual(
			about.filter((line) => !alone.includes(line)),
			[],
		);
		const isOfGone = (line: string) =>
			line.includes("gone from your devices") || line === "Afterwards nobody can have it back.";
		assert.deepEqual(alone.filter(isOfGone), []);
		const both = outline(keptBackupPage({ ...kept, kept: [back, { hold, keys: 3 }] }));
		assert.deepEqual(
			[both.filter((line) => about.includes(line)).length, both.filter(isOfGone).length],
			[3, 2],
		);
	});

	test("what is kept, without an app that could read it", () =>
		assert.deepEqual(outline(keptBackupPage({ ...kept, kept: [{ hold, keys: undefined }] })), [
			"Removed key backup",
			"An app of yours removed this backup of your message keys. It is gone from your devices; this server keeps it for you alone. With your old recovery key an app can move its keys into the backup that you have now, so that old messages can be read again.",
			"Nobody can read it without the old recovery key, and this site never asks you for that.",
			"Key backup",
			"The homeserver does not answer at the moment",
			"Deleted",
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
					asks: { password: true },
					problem: { field: "password", text },
					devices: [
						{ device, name: "Phone" },
						{ device: { ...device, id: asSessionId("T"), deviceId: asDeviceId("E") } },
					],
					chosen: "E",
				}),
			),
			[
				"Removed key backup",
				"An app of yours removed this backup of your message keys. It is gone from your devices; this server keeps it for you alone. With your old recovery key an app can move its keys into the backup that you have now, so that old messages can be read again.",
				"Nobody can read it without the old recovery key, and this site never asks you for that.",
				"Key backup",
				"2 message keys",
				"Deleted",
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
				"field password = , required, autofocus, aria-invalid",
				"So that nobody else at this screen can do it.",
				"Wrong",
				"(Let it read for ten minutes) decision read",
				"Delete it now",
				"Afterwards nobody can have it back.",
				"(Delete now) decision delete",
				"[Back](/account/)",
			],
		));

	for (const [what, reading] of [
		["nobody may read any more", { sessionId: device.id, until: now }],
		["an app that was signed out may read", { sessionId: asSessionId("OTHER"), until: now + 1 }],
	] as const)
		test(`what is kept, and ${what}`, () => {
			const view = { ...kept, kept: [{ hold: { ...hold, reading }, keys: 2 }], devices: [{ device }] };
			assert.ok(!outline(keptBackupPage(view)).includes("An app can read it now"));
		});

	test("what is kept, once an app may read it", () =>
		assert.deepEqual(
			outline(keptBackupPage({ ...kept, kept: [{ hold: read, keys: 2 }], devices: [{ device }] })),
			[
				"Removed key backup",
				"An app can read it now",
				"Go on in that app, which needs your old recovery key.",
				"App",
				"An app without a name",
				"Ends",
				"in 9 minutes",
				"An app of yours removed this backup of your message keys. It is gone from your devices; this server keeps it for you alone. With your old recovery key an app can move its keys into the backup that you have now, so that old messages can be read again.",
				"Nobody can read it without the old recovery key, and this site never asks you for that.",
				"Key backup",
				"2 message keys",
				"Deleted",
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
			],
		));
});
