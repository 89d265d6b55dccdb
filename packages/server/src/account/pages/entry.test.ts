import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { outline } from "../../../test/support/outline.ts";
import { html } from "../../pages/index.ts";
import { confirmPage } from "./confirm.ts";
import { linkCodePage } from "./link-code.ts";
import { linkDecidedPage } from "./link-decided.ts";
import { newAccountOffer } from "./new-account.ts";
import { otherAccountPage } from "./other-account.ts";
import { registerPage } from "./register.ts";
import { signInPage } from "./sign-in.ts";
import { signOutForm } from "./sign-out-form.ts";

const to = { kind: "page", page: "profile" } as const;
const csrf = "token";
const text = { in: () => "Wrong" };
const title = { in: () => "T" };
const entry = { serverName: "example.org", csrf, forgetCsrf: "other", to, username: "" };
const confirm = {
	userId: "@ann:example.org",
	csrf,
	signOutCsrf: "other",
	elsewhereCsrf: "other",
	to,
	asks: { password: true },
};
const code = { csrf, switchAccount: html`somebody else` };
const deviceId = asDeviceId("D/1");

describe("the page", () => {
	test("to sign in, where anybody may register", () =>
		assert.deepEqual(outline(signInPage({ ...entry, canRegister: true, hasMail: false })), [
			"Sign in",
			"to /login",
			"field csrf = token",
			"User name",
			"field username = , required, autofocus",
			"Like alice, or @alice:example.org",
			"Password",
			"field password = , required",
			"field next = /account/profile",
			"(Sign in)",
			"[Create an account](/register?next=%2Faccount%2Fprofile)",
			"Forgot your password? Ask the people who run this server.",
		]));

	test("to sign in, on the way to a request that waits, after a wrong password", () =>
		assert.deepEqual(
			outline(
				signInPage({
					...entry,
					canRegister: false,
					hasMail: false,
					username: "ann",
					to: { kind: "reset", reference: "R", fromFallback: false },
					error: { field: "password", text },
				}),
			),
			[
				"Sign in",
				"Sign in to see who asks to replace your digital identity. Signing in approves nothing.",
				"to /login",
				"field csrf = token",
				"User name",
				"field username = ann, required",
				"Like alice, or @alice:example.org",
				"Password",
				"field password = , required, autofocus, aria-invalid",
				"Wrong",
				"field next = /account/reset/R",
				"(Sign in)",
				"Forgot your password? Ask the people who run this server.",
			],
		));

	test("to sign in, on the way to one's requests, after a name that is none", () =>
		assert.deepEqual(
			outline(
				signInPage({
					...entry,
					canRegister: false,
					hasMail: false,
					to: { kind: "page", page: "reset" },
					error: { field: "username", text },
				}),
			),
			[
				"Sign in",
				"Sign in to go on to your digital identity. Signing in approves nothing.",
				"to /login",
				"field csrf = token",
				"User name",
				"field username = , required, autofocus, aria-invalid",
				"Like alice, or @alice:example.org",
				"Wrong",
				"Password",
				"field password = , required",
				"field next = /account/reset",
				"(Sign in)",
				"Forgot your password? Ask the people who run this server.",
			],
		));

	test("to register", () =>
		assert.deepEqual(outline(registerPage(entry)), [
			"Create an account",
			"to /register",
			"field csrf = token",
			"User name",
			"field username = , required, autofocus",
			"Others will see you as @name:example.org. It cannot be changed later. Small letters, digits and . _ = - / +",
			"Password",
			"field password = , required",
			"At least 10 characters. A few unrelated words are easy to remember and hard to guess.",
			"field next = /account/profile",
			"(Create account)",
			"[I have an account](/login?next=%2Faccount%2Fprofile)",
		]));

	test("to register, after a name that is taken", () =>
		assert.deepEqual(
			outline(registerPage({ ...entry, username: "ann", error: { field: "username", text } })),
			[
				"Create an account",
				"to /register",
				"field csrf = token",
				"User name",
				"field username = ann, required, autofocus, aria-invalid",
				"Others will see you as @name:example.org. It cannot be changed later. Small letters, digits and . _ = - / +",
				"Wrong",
				"Password",
				"field password = , required",
				"At least 10 characters. A few unrelated words are easy to remember and hard to guess.",
				"field next = /account/profile",
				"(Create account)",
				"[I have an account](/login?next=%2Faccount%2Fprofile)",
			],
		));

	test("to register, after a password that is none", () =>
		assert.deepEqual(outline(registerPage({ ...entry, error: { field: "password", text } })), [
			"Create an account",
			"to /register",
			"field csrf = token",
			"User name",
			"field username = , required",
			"Others will see you as @name:example.org. It cannot be changed later. Small letters, digits and . _ = - / +",
			"Password",
			"field password = , required, autofocus, aria-invalid",
			"At least 10 characters. A few unrelated words are easy to remember and hard to guess.",
			"Wrong",
			"field next = /account/profile",
			"(Create account)",
			"[I have an account](/login?next=%2Faccount%2Fprofile)",
		]));

	test("to register, while the homeserver is away", () =>
		assert.deepEqual(outline(registerPage({ ...entry, error: { text } })), [
			"Create an account",
			"Wrong",
			"to /register",
			"field csrf = token",
			"User name",
			"field username = , required, autofocus",
			"Others will see you as @name:example.org. It cannot be changed later. Small letters, digits and . _ = - / +",
			"Password",
			"field password = , required",
			"At least 10 characters. A few unrelated words are easy to remember and hard to guess.",
			"field next = /account/profile",
			"(Create account)",
			"[I have an account](/login?next=%2Faccount%2Fprofile)",
		]));

	test("to enter the password again", () =>
		assert.deepEqual(outline(confirmPage(confirm)), [
			"Confirm it is you",
			"What comes next needs your password once more.",
			"to /login",
			"field csrf = token",
			"User name",
			"field username = @ann:example.org, required, readonly",
			"Password",
			"field password = , required, autofocus",
			"field next = /account/profile",
			"(Continue)",
			"to /logout",
			"field csrf = other",
			"field next = /account/profile",
			"Not you?",
			"(Use another account)",
		]));

	test("to enter the password again, after a wrong one", () =>
		assert.deepEqual(outline(confirmPage({ ...confirm, problem: { field: "password", text } })), [
			"Confirm it is you",
			"What comes next needs your password once more.",
			"to /login",
			"field csrf = token",
			"User name",
			"field username = @ann:example.org, required, readonly",
			"Password",
			"field password = , required, autofocus, aria-invalid",
			"Wrong",
			"field next = /account/profile",
			"(Continue)",
			"to /logout",
			"field csrf = other",
			"field next = /account/profile",
			"Not you?",
			"(Use another account)",
		]));

	test("for somebody else than is signed in", () =>
		assert.deepEqual(
			outline(
				otherAccountPage({
					userId: "@ann:example.org",
					expected: "@bob:example.org",
					goOn: "/account/",
					switchAccount: html`somebody else`,
				}),
			),
			[
				"You are signed in with another account",
				"The app asked for @bob:example.org.",
				"This browser is signed in as @ann:example.org.",
				"somebody else[Go on as @ann:example.org](/account/)",
			],
		));

	test("that offers a new account", () =>
		assert.deepEqual(outline({ title, body: newAccountOffer("@ann:example.org", html`begin`) }), [
			"T",
			"The app asked for a new account",
			"This browser is signed in as @ann:example.org. Making a new account signs this browser out; your devices stay signed in.",
			"begin",
			"Or let the app sign in as @ann:example.org:",
		]));

	test("that would offer a new account, where nobody can register", () =>
		assert.deepEqual(outline({ title, body: newAccountOffer("@ann:example.org", undefined) }), [
			"T",
			"The app asked for a new account",
			"On this server people cannot make one themselves: ask those who run it. Below, the app would get @ann:example.org.",
		]));

	test("that asks for a code", () =>
		assert.deepEqual(outline(linkCodePage(code)), [
			"Sign in another device",
			"An app on another device shows a code. Enter it here to sign that app in with your account.",
			"Did somebody else give you the code or a link to this page? Then close it: they would be signed in as you.",
			"to /link",
			"field csrf = token",
			"Code",
			"field code = , required, autofocus",
			"Eight letters, like BCDF-GHJK.",
			"(Continue)",
			"somebody else",
		]));

	test("that asks to compare a code", () =>
		assert.deepEqual(outline(linkCodePage({ ...code, code: "BCDF-GHJK" })), [
			"Sign in another device",
			"Check that your other device shows exactly this code. Go on only if it does.",
			"Did somebody else give you the code or a link to this page? Then close it: they would be signed in as you.",
			"to /link",
			"field csrf = token",
			"Code",
			"field code = BCDF-GHJK, required",
			"Eight letters, like BCDF-GHJK.",
			"(Continue)",
			"somebody else",
		]));

	test("that asks for a code again", () =>
		assert.deepEqual(outline(linkCodePage({ ...code, code: "BCDF-GHJK", problem: text })), [
			"Sign in another device",
			"An app on another device shows a code. Enter it here to sign that app in with your account.",
			"Did somebody else give you the code or a link to this page? Then close it: they would be signed in as you.",
			"to /link",
			"field csrf = token",
			"Code",
			"field code = BCDF-GHJK, required, autofocus, aria-invalid",
			"Eight letters, like BCDF-GHJK.",
			"Wrong",
			"(Continue)",
			"somebody else",
		]));

	test("after a device was allowed", () =>
		assert.deepEqual(outline(linkDecidedPage({ outcome: "approved", deviceId }, "BCDF-GHJK")), [
			"Allowed. Go back to your device",
			"It signs in by itself within a few seconds. If it does not, start again there: this permission is for one sign-in and ends after five minutes.",
			"[See whether it is signed in](/link/BCDF-GHJK)",
		]));

	test("after a device has signed in", () =>
		assert.deepEqual(outline(linkDecidedPage({ outcome: "signed-in", deviceId }, "BCDF-GHJK")), [
			"Your device is signed in",
			"Go on there. You can close this page.",
			"Not your device after all? [Sign it out](/account/devices/D%2F1?delete=1), then [change your password](/account/password).",
			"[Your devices](/account/devices)",
		]));

	test("after a device did not come for it", () =>
		assert.deepEqual(outline(linkDecidedPage({ outcome: "missed", deviceId }, "BCDF-GHJK")), [
			"The device did not come back in time",
			"You allowed it, but it did not ask again. Start again there and enter the new code it shows.",
			"[Enter a new code](/link)",
		]));

	test("after a device was refused", () =>
		assert.deepEqual(outline(linkDecidedPage({ outcome: "refused", deviceId }, "BCDF-GHJK")), [
			"Refused",
			"The device was told no and gets no access to your account. If you did start it yourself, start again there; it shows a new code.",
			"[Your account](/account/)",
		]));

	test("with a way out", () =>
		assert.deepEqual(outline({ title, body: signOutForm({ label: text, csrf }) }), [
			"T",
			"to /logout",
			"field csrf = token",
			"(Wrong)",
		]));

	test("with a way out to somewhere", () =>
		assert.deepEqual(
			outline({ title, body: signOutForm({ label: text, csrf, next: to, to: "register", kind: "primary" }) }),
			[
				"T",
				"to /logout",
				"field csrf = token",
				"field next = /account/profile",
				"field to = register",
				"(Wrong)",
			],
		));
});
