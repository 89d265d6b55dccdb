import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { WithdrawalReason } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { inEnglish } from "../../../test/support/in-english.ts";
import type { ProofAsked } from "../../proofs/index.ts";
import { resetPage } from "./reset.ts";
import type { Asking, ResetProgress, ResetStage, ResetWarning } from "./reset-view.ts";

const now = 1_800_000_000_000;
const minute = 60_000;
const newKey = "EmkqvokUn8p+vQAGZitOk4PWjp7Ukp3txV2TbMPEiBQ";
const oldKey = "DMoMlIfULjBoFaT1BCvyTp28ILTK6fKGMd9VKSfpQcE";

const asking: Asking = {
	reference: "reference",
	app: { name: "Example", host: "app.example" },
	device: { deviceId: asDeviceId("PHONE"), id: "PHONE", name: "My phone" },
	signedInAt: now - 600 * minute,
	signedInAddress: "203.0.113.5",
	signedOut: false,
	askedAt: now - minute,
	lastAskedAt: now - 1_000,
	address: "203.0.113.5",
	browserAddress: "203.0.113.5",
	newKey,
	currentKey: oldKey,
	backup: { state: "there", keys: 7 },
};

function shown(
	stage: ResetStage,
	changed: Partial<Asking> = {},
	context: { asks?: ProofAsked; delayMs?: number } = {},
) {
	const { asks, delayMs = 0 } = context;
	const page = resetPage({
		...{ ...stage, now, csrf: "token", asks, delayMs, signedInAs: "@alice:localhost" },
		path: "/account/reset/reference",
		asking: { ...asking, ...changed },
	});
	return { ...page, title: inEnglish(page.title), text: inEnglish(page.body) };
}

const waiting: ResetStage = { stage: "waiting", warnings: [], expiresAt: now + 10 * minute };
const progresses: readonly ResetProgress[] = [
	"finishing",
	"finished",
	"unfinished",
	"unknown",
	"superseded",
	"signed-out",
];
const reasons: readonly WithdrawalReason[] = [
	"session-ended",
	"newer-approval",
	"newer-request",
	"account-closed",
	"account-locked",
	"password-changed",
	"factor-added",
	"token-refreshed",
	"proof-reset",
];
const stages: readonly ResetStage[] = [
	waiting,
	{ stage: "approved", expiresAt: now + minute },
	{ stage: "objectable", usableFrom: now + 20 * minute, expiresAt: now + 30 * minute },
	{ stage: "spending" },
	...progresses.map((progress) => ({ stage: "replaced", progress, endedAt: now }) as const),
	{ stage: "denied", takenBack: false, reopenUntil: now + minute },
	{ stage: "denied", takenBack: true, reopenUntil: now + minute },
	{ stage: "expired", endedAt: now },
	...reasons.map((reason) => ({ stage: "withdrawn", reason, endedAt: now }) as const),
	{ stage: "failed", reason: "M_UNKNOWN", endedAt: now },
];

function nameOf(stage: ResetStage): string {
	return Object.values(stage)
		.filter((value) => typeof value === "string")
		.join(" ");
}

describe("in every state", () => {
	for (const stage of stages) {
		test(`${nameOf(stage)}: names are escaped, and who did not ask finds a way out`, () => {
			const hostile = `"><script>alert(1)</script>`;
			const { text, title } = shown(stage, {
				app: { name: hostile },
				device: { deviceId: asDeviceId("PHONE"), id: "PHONE", name: hostile },
			});
			assert.doesNotMatch(text, /<script/);
			assert.doesNotMatch(title, /<script/);
			assert.match(text, /[Tt]his was not (?:me|you)/);
		});

		test(`${nameOf(stage)}: names written from right to left order themselves alone`, () => {
			const strong = "טלפון";
			const { text } = shown(stage, {
				app: { name: strong },
				device: { deviceId: asDeviceId("7438291056AB"), id: "7438291056AB", name: strong },
			});
			assert.ok(text.includes(`“<bdi>${strong}</bdi>”`), text);
			assert.doesNotMatch(text.replaceAll(/href="[^"]*"/g, ""), /7438291056AB/, "a name says more");
			assert.doesNotMatch(text.replaceAll(/<bdi>[^<]*<\/bdi>/g, ""), new RegExp(strong));
		});

		test(`${nameOf(stage)}: a device signed out is not offered to be signed out`, () => {
			const { text } = shown(stage, { signedOut: true });
			assert.doesNotMatch(text, /delete=1|sign-out-device/);
		});

		test(`${nameOf(stage)}: plain words only`, () => {
			assert.doesNotMatch(shown(stage).text.replace("M_UNKNOWN", ""), /\bUIA|MSK|cross-signing|token\b(?!")/);
		});
	}
});

describe("the window that opened the page", () => {
	test("is told once the person has approved, and in no other state", () => {
		for (const stage of stages) {
			const isDone = ["approved", "spending", "replaced"].includes(stage.stage);
			assert.equal(shown(stage).script?.includes("onAuthDone") ?? false, isDone, nameOf(stage));
		}
	});
});

describe("where an approval waits for objections", () => {
	const objectable = { stage: "objectable", usableFrom: now + 23 * 60 * minute } as const;

	test("the question says for how long, and only there", () => {
		assert.match(
			shown(waiting, {}, { delayMs: 24 * 60 * minute }).text,
			/can be used only 24 hours after it was given/,
		);
		assert.doesNotMatch(shown(waiting).text, /can be used only/);
	});

	test("the answer says from when on, for how long then, and how it is taken back", () => {
		const { text, title } = shown({ ...objectable, expiresAt: objectable.usableFrom + 10 * minute });
		assert.equal(title, "Approved. It can be used later");
		assert.match(text, /can be used in <strong>23 hours<\/strong>, once, and is then good for 10 minutes/);
		assert.match(text, /has not changed so far/);
		assert.match(text, /value="deny"/);
	});

	test("the page looks again by itself in the last quarter of an hour alone", () => {
		const at = (usableFrom: number) =>
			shown({ stage: "objectable", usableFrom, expiresAt: usableFrom + 10 * minute }).refreshSeconds;
		assert.equal(at(now + 15 * minute), undefined);
		assert.equal(at(now + 15 * minute - 1), 3);
	});
});

describe("the page renews itself", () => {
	test("while something will change without the person, and not while there is a form with a password", () => {
		const moving = stages.filter((stage) => shown(stage).refreshSeconds !== undefined);
		assert.deepEqual(moving.map(nameOf), [
			"approved",
			"spending",
			"replaced finishing",
			"replaced unfinished",
			"replaced unknown",
		]);
		for (const stage of moving) {
			assert.match(shown(stage).script ?? "", /location\.reload/);
			assert.doesNotMatch(shown(stage, {}, { asks: { password: true } }).text, /type="password"/);
		}
	});

	test("but not for ever", () => {
		const { refreshSeconds } = shown({
			stage: "replaced",
			progress: "unfinished",
			endedAt: now - 15 * minute,
		});
		assert.equal(refreshSeconds, undefined);
	});
});

describe("the question", () => {
	test("shows who asks, from where, and both fingerprints in groups of four", () => {
		const { text } = shown(waiting);
		for (const part of [
			"“<bdi>Example</bdi>”",
			"<dt>Says it is from</dt><dd>app.example</dd>",
			"app.example",
			"“<bdi>My phone</bdi>”",
			"from this browser&#39;s network",
		]) {
			assert.ok(text.includes(part), part);
		}
		assert.doesNotMatch(text, /PHONE|203\.0\.113/, "no id and no address where there is a name");
		assert.match(text, /Emkq vokU n8p\+ vQAG ZitO k4PW jp7U kp3t xV2T bMPE iBQ/);
		assert.match(text, /<details[^>]*><summary>More about it<[\s\S]*replaces<[\s\S]*<code>DMoM lIfU/);
	});

	test("an app cannot say in its name what this server says", () => {
		const name = "Element from element.io” says it is from element.io. Verified by";
		const { text } = shown(waiting, { app: { name, host: "evil.example" } });
		assert.match(text, /“<bdi>Element from element\.io&#39; says [^<]* Verified by<\/bdi>”<\/dd>/);
		assert.match(text, /<dt>Says it is from<\/dt><dd>evil\.example<\/dd>/);
	});

	test("asks for the password in the form that approves, and never in the one that refuses", () => {
		const { text } = shown(waiting, {}, { asks: { password: true } });
		const forms = text.split("<form").slice(1);
		const withPassword = forms.filter((form) => form.includes('type="password"'));
		assert.equal(withPassword.length, 1);
		assert.match(withPassword[0] ?? "", /value="approve"/);
		assert.doesNotMatch(withPassword[0] ?? "", /value="deny"/);
	});

	test("who has just signed in on a new phone is not told that somebody has the password", () => {
		const { text } = shown({ ...waiting, warnings: ["new-device"] });
		assert.match(
			text,
			/If you just signed in there, that is expected\. If not, somebody knows your password/,
		);
	});

	test("a warning comes before everything else, and refusing before agreeing", () => {
		for (const warning of ["other-address", "several-key-sets", "new-device"] satisfies ResetWarning[]) {
			const { text } = shown({ ...waiting, warnings: [warning] });
			assert.ok(text.indexOf("Look twice") < text.indexOf("An app asks"));
			assert.ok(text.indexOf('value="deny"') < text.indexOf('value="approve"'));
		}
	});

	test("another network is warned of as what it may be: one household has several addresses", () => {
		const { text } = shown({ ...waiting, warnings: ["other-address"] }, { browserAddress: "198.51.100.9" });
		assert.match(
			text,
			/asked from 203\.0\.113\.5, but you are at 198\.51\.100\.9\. That may be another network/,
		);
	});

	test("says what agreeing gives away, that it cannot be undone, and to refuse for anybody else", () => {
		const { text } = shown(waiting);
		for (const said of [
			/counts as yours\s+for everybody you write to/,
			/cannot be undone/,
			/brought you here, refuse/,
		])
			assert.match(text.slice(0, text.indexOf("<dl>")), said);
		assert.match(text, /class="button danger"[^>]*value="approve"/);
	});

	test("refusing stands right under who asks, and beside agreeing, whether it warns or not", () => {
		for (const warnings of [[], ["new-device"]] satisfies ResetWarning[][]) {
			const { text } = shown({ ...waiting, warnings });
			const [, afterFacts = ""] = text.split("</dl>");
			assert.ok(afterFacts.indexOf('value="deny"') < afterFacts.indexOf("<h2>"));
			assert.ok(text.lastIndexOf('value="deny"') > text.indexOf('value="approve"'));
		}
	});

	test("the fingerprint comes last before the answer, with what to do with it", () => {
		const { text } = shown(waiting);
		const at = ["What you lose", "Emkq vokU", "it must be this one", "Your answer", "What stays"];
		const places = at.map((words) => text.indexOf(words));
		assert.deepEqual(
			places,
			places.toSorted((one, other) => one - other),
		);
		assert.ok(!places.includes(-1));
	});

	test("that the app waits is no reassurance", () => {
		for (const warnings of [[], ["new-device"]] satisfies ResetWarning[][]) {
			const { text } = shown({ ...waiting, warnings });
			assert.match(text, /The app is waiting/);
			assert.doesNotMatch(text, /notice info/);
		}
	});

	test("says in a line what a digital identity is", () => {
		const { text } = shown(waiting);
		assert.match(text, /^\s*<p class="small soft">By it others know which devices are yours\.<\/p>/);
	});

	test("an id or an address stands where there is no name for it", () => {
		const nameless = shown(waiting, {
			...{ address: "198.51.100.9", signedInAddress: "198.51.100.8" },
			device: { deviceId: asDeviceId("PHONE"), id: "PHONE" },
		}).text;
		for (const part of [/<code>PHONE<\/code>/, /from 198\.51\.100\.9/, /from 198\.51\.100\.8/])
			assert.match(nameless, part);
		const approved = { stage: "approved", expiresAt: now + minute } as const;
		const at = (changed: Partial<Asking>) => /Go back to (.*?)\.</.exec(shown(approved, changed).text)?.[1];
		const device = { deviceId: asDeviceId("PHONE"), id: "PHONE" };
		assert.equal(at({}), "“<bdi>My phone</bdi>”");
		assert.equal(at({ device }), "“<bdi>Example</bdi>”");
		assert.equal(at({ device, app: {} }), "<bdi>PHONE</bdi>");
	});

	test("a backup that is gone is a loss and no reason to go on; one that is there or not known is not named", () => {
		const { text } = shown(waiting, { backup: { state: "gone" } });
		const losses = text.slice(text.indexOf("What you lose"), text.indexOf("Fingerprint"));
		assert.match(losses, /no backup of your message keys/);
		assert.doesNotMatch(text, /finish it/);
		assert.doesNotMatch(shown(waiting, { backup: { state: "there", keys: 7 } }).text, /backup/);
		assert.doesNotMatch(shown(waiting, { backup: { state: "never" } }).text, /backup/);
		assert.doesNotMatch(shown(waiting, { backup: undefined }).text, /backup/);
	});

	test("a backup that is known to have been removed is a loss with its time", () => {
		const { text } = shown(waiting, { backup: { state: "gone", removedAt: now - 120_000 } });
		assert.match(
			text,
			/<li>The backup of your message keys on the server was removed <time[^>]*>2 minutes ago/,
		);
	});

	test("keys that leave the identity as it is are not called a new identity", () => {
		const { text, title } = shown(waiting, { currentKey: newKey });
		assert.match(title, /keys of your digital identity/);
		assert.doesNotMatch(text, /new identity|It replaces/);
	});

	test("an app unheard of for half a minute is not waiting any more", () => {
		const lastAsked = (ago: number, askedAt = now - 60_000) =>
			shown(waiting, { askedAt, lastAskedAt: now - ago }).text;
		assert.match(lastAsked(30_000), /The app is waiting/);
		assert.match(lastAsked(30_001), /The app has stopped asking\.[\s\S]*Start again in the app/);
		assert.doesNotMatch(lastAsked(30_001), /The app is waiting/);
		assert.doesNotMatch(lastAsked(-5_001), /The app is waiting/, "the clock was put back since");
		// One that asked once goes on when somebody presses a button there.
		assert.match(lastAsked(30_001, now - 30_001), /No app is waiting[\s\S]*let it try again/);
	});
});

const denied = { stage: "denied", takenBack: false, reopenUntil: now } as const;

describe("after a refusal", () => {
	test("an approval taken back is called that", () => {
		assert.equal(shown(denied).title, "You refused");
		assert.equal(shown({ ...denied, takenBack: true }).title, "You took your approval back");
	});

	test("it can be taken back only while it is remembered and the device is signed in", () => {
		assert.match(shown({ ...denied, reopenUntil: now + 1 }).text, /value="reopen"/);
		assert.doesNotMatch(shown({ ...denied, reopenUntil: now }).text, /value="reopen"/);
		assert.doesNotMatch(shown({ ...denied, reopenUntil: now + 1 }, { signedOut: true }).text, /reopen/);
	});
});

test("each reason for which a request was withdrawn has words of its own", () => {
	const texts = reasons.map((reason) => shown({ stage: "withdrawn", reason, endedAt: now }).text);
	assert.equal(new Set(texts).size, reasons.length);
});

test("that the identity in force is not known is said, and only then", () => {
	assert.match(shown(waiting, { currentKey: undefined }).text, /Which one it replaces cannot be shown/);
	assert.doesNotMatch(shown(waiting).text, /cannot be shown/);
});

test("a refusal by the homeserver is called one without a change only where the keys in force show that", () => {
	const failed: ResetStage = { stage: "failed", reason: "M_UNKNOWN", endedAt: now };
	assert.match(shown(failed).text, /Your digital identity was not changed/);
	for (const currentKey of [newKey, undefined])
		assert.doesNotMatch(shown(failed, { currentKey }).text, /not changed/);
});

describe("an end without a new identity", () => {
	const ends: readonly ResetStage[] = [
		{ stage: "denied", takenBack: false, reopenUntil: now },
		{ stage: "expired", endedAt: now },
		{ stage: "withdrawn", reason: "newer-request", endedAt: now },
		{ stage: "failed", reason: "M_UNKNOWN", endedAt: now },
	];
	for (const end of ends) {
		test(`${end.stage}: never says that nothing was changed: the app may have removed the backup before it asked`, () => {
			const text = (backup: Asking["backup"]) => shown(end, { backup }).text;
			for (const known of [{ state: "there", keys: 7 }, { state: "never" }] as const) {
				assert.match(text(known), /Your digital identity was not changed\./);
				assert.doesNotMatch(text(known), /backup/i);
			}
			const removed = text({ state: "gone", removedAt: now - 300_000 });
			assert.match(
				removed,
				/not changed\.[\s\S]*backup[\s\S]*was removed <time[^>]*>5 minutes ago<[\s\S]*Turn the backup on again/,
			);
			assert.match(text({ state: "gone" }), /There is no backup[\s\S]*Turn the backup on again/);
			assert.match(text(undefined), /Look in your app whether it is still on/);
			for (const backup of [undefined, { state: "there", keys: 7 }, { state: "gone" }] as const)
				assert.doesNotMatch(text(backup), /Nothing (?:was|has) changed/);
		});
	}
});

test("what the homeserver says is shown without what could hide in it", () => {
	const { text } = shown({ stage: "failed", reason: "no\u202e <b>", endedAt: now });
	assert.match(text, /“<bdi>no &lt;b&gt;<\/bdi>”/);
});
