import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { outline } from "../../../test/support/outline.ts";
import { makePasskeyPage, newPasskeyPage, passkeyPage, proofsPage } from "./proofs.ts";
import { secondStepPage } from "./second-step.ts";

const now = 1_800_000_000_000;
const passkey = {
	...{ id: "one", name: "Phone", host: "localhost", isUsable: true },
	...{ createdAt: now - 3_600_000, lastUsedAt: null },
};
const old = { ...passkey, id: "old", name: "Laptop", host: "old.example", isUsable: false };
const byPasskey = { password: false, passkey: "{}" };
const text = { in: () => "Wrong" };
const asked = [
	"Your browser will ask for your passkey.",
	"field passkey =",
	"Your browser gave no passkey. Try again.",
	"This browser has no passkeys. Use another one, or a newer version.",
	"Passkeys need JavaScript, which is switched off in this browser.",
];
const why =
	"A passkey is kept by your phone, computer or password manager. You use it as you unlock that: by finger, face or PIN. Nobody can be talked out of it.";
const fromFirst =
	"From the first one on, your password alone is not enough any more: neither to sign in nor to confirm anything.";
const none = { since: undefined, left: 0 };
const noCodes = [
	"One-time codes",
	"An app on your phone shows a new code every half minute, which you enter beside your password.",
	"[Set up an app](/account/proofs/new-codes)",
];
const noRecovery = "You have no recovery codes. Without them, who loses their device does not get in.";
const recovery = [
	"Recovery codes",
	"Ten codes to write down. Each works once, beside your password, when your passkey or phone is lost.",
	"[Make recovery codes](/account/proofs/recovery-codes)",
];
const end = "[Sign out everywhere](/account/sign-out-everywhere)[Back to your account](/account/)";
const add = "[Add a passkey](/account/proofs/new-passkey)";
const addHint =
	"Have two at least, on different devices, or make recovery codes: who loses the only one does not get in.";

const itsPassword = [
	...[
		"Password",
		"Your passkeys sign you in without it. You can take it away, so that nobody can find it out.",
	],
	"[Change password](/account/password)[Remove password](/account/proofs/remove-password)",
];

describe("the page of", () => {
	test("what proves who one is, with nothing yet", () =>
		assert.deepEqual(outline(proofsPage({ passkeys: [], canBeMade: true, codes: none, now })), [
			...["Passkeys and codes", fromFirst, "Passkeys", why, "You have no passkey yet.", add],
			...noCodes,
			end,
		]));

	test("what proves who one is, where there are no passkeys to be had", () =>
		assert.deepEqual(outline(proofsPage({ passkeys: [], canBeMade: false, codes: none, now })), [
			...["Passkeys and codes", fromFirst, "Passkeys", why, "You have no passkey yet."],
			"This server has no passkeys: its address is one for which browsers have none.",
			...noCodes,
			end,
		]));

	test("one passkey without recovery codes says that something is missing", () =>
		assert.deepEqual(outline(proofsPage({ passkeys: [passkey], canBeMade: true, codes: none, now })), [
			...["Passkeys and codes", noRecovery, "Passkeys", why, "[Phone](/account/proofs/passkeys/one)"],
			...["Added: 1 hour ago. Last used: Not yet.", addHint, add],
			...[...noCodes, ...recovery, ...itsPassword, end],
		]));

	test("several passkeys, one of another address, and codes of both kinds", () =>
		assert.deepEqual(
			outline(
				proofsPage({
					...{ passkeys: [{ ...passkey, lastUsedAt: now - 60_000 }, old], canBeMade: true, now },
					codes: { since: now - 60_000, left: 1 },
				}),
			),
			[
				...["Passkeys and codes", "Passkeys", why, "[Phone](/account/proofs/passkeys/one)"],
				"Added: 1 hour ago. Last used: 1 minute ago.",
				"[Laptop](/account/proofs/passkeys/old)",
				"Added: 1 hour ago. Last used: Not yet.",
				"It was made when this server had another address, and signs in nobody here. Make a new one, then remove it.",
				...[add, "One-time codes", "An app shows codes for your account since 1 minute ago."],
				"[Set up another app](/account/proofs/new-codes)[Remove one-time codes](/account/proofs/remove-codes)",
				...["Recovery codes", "You have 1 recovery code left."],
				"[Make recovery codes](/account/proofs/recovery-codes)",
				...[...itsPassword, end],
			],
		));

	test("a new passkey, of who has one and gave no name", () =>
		assert.deepEqual(
			outline(newPasskeyPage({ name: "", csrf: "t", asks: byPasskey, problem: { field: "name", text } })),
			[
				...["Add a passkey"],
				`${fromFirst} Every other browser is signed out of this site when it is your first.`,
				...["to /account/proofs/new-passkey", "field csrf = t"],
				...[
					"Name",
					"field name = , required, autofocus, aria-invalid",
					"By which you know it again, like: my phone",
				],
				"Wrong",
				...asked,
				"(Continue)",
				"[Cancel](/account/proofs)",
			],
		));

	test("a new passkey that the browser makes", () =>
		assert.deepEqual(outline(makePasskeyPage({ name: "Phone", options: "{}", csrf: "t" })), [
			...["Add a passkey", "Your browser asks where to keep it.", "Name", "Phone"],
			...["to /account/proofs", "field csrf = t", "field name = Phone", ...asked.slice(1)],
			"(Make the passkey)",
			"[Cancel](/account/proofs)",
		]));

	test("one passkey of another address, after a wrong answer", () =>
		assert.deepEqual(
			outline(
				passkeyPage({
					passkey: old,
					action: "/there",
					csrf: "t",
					asks: byPasskey,
					problem: { field: "passkey", text },
					now,
				}),
			),
			[
				...["Passkey", "Name", "Laptop", "Added", "1 hour ago"],
				...["Last used", "Not yet", "Made for", "old.example"],
				"It signs nobody in any more. What your device or password manager keeps of it, remove there.",
				...["to /there", "field csrf = t", asked[0], "Wrong", ...asked.slice(1)],
				"(Remove passkey)",
				"[All passkeys](/account/proofs)",
			],
		));

	test("the second step", () =>
		assert.deepEqual(
			outline(
				secondStepPage({
					first: "password",
					code: false,
					localpart: "ann",
					passkey: "{}",
					csrf: "t",
					to: { kind: "front" },
				}),
			),
			[
				...["One more step", "The first step is done for ann. Now confirm that it is you."],
				...["to /login/second", "field csrf = t", ...asked],
				...["field username = ann", "field next = /account/", "(Continue)"],
				"[Use another account](/login?next=%2Faccount%2F). You have lost all of it? Ask the people who run this server.",
			],
		));

	test("the second step, where every passkey is of another address", () =>
		assert.deepEqual(
			outline(
				secondStepPage({
					first: "password",
					code: false,
					localpart: "ann",
					passkey: undefined,
					csrf: "t",
					to: { kind: "front" },
				}),
			),
			[
				...["One more step", "The first step is done for ann. Now confirm that it is you."],
				...["to /login/second", "field csrf = t"],
				"Nothing that you have here confirms this: passkeys do only at the address of this server for which they were made, and codes only beside a password. If you have no password, set one: with a link to an e-mail address that you have confirmed, from the sign-in page, or with a link from the people who run this server.",
				...["field username = ann", "field next = /account/"],
				"[Use another account](/login?next=%2Faccount%2F). You have lost all of it? Ask the people who run this server.",
			],
		));
});
