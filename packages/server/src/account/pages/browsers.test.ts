import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { outline } from "../../../test/support/outline.ts";
import { html } from "../../pages/index.ts";
import { signOutBrowserPage, signOutOthersPage } from "./browser-sign-out.ts";
import { browsersPage } from "./browsers.ts";

const now = 1_800_000_000_000;
const hour = 3_600_000;
const userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
/** Of which no more is known than has to be. */
const bare = { idHash: "b", createdAt: now - 2 * hour, lastSeenAt: now - 2 * hour };
const known = { ...bare, idHash: "k", address: "192.0.2.1", lastSeenAt: now - hour, userAgent };
const here = { ...bare, userAgent: undefined };
const signOut = html`sign out here`;
const proof = { asks: undefined, csrf: "token" };
const wrong = { asks: { password: true }, problem: { field: "password", text: { in: () => "Wrong" } } };

describe("the page of", () => {
	test("browsers, where this is the one", () =>
		assert.deepEqual(outline(browsersPage({ browsers: [known], here: known, now, signOut })), [
			"Browsers",
			"Here you are signed in to these pages. Apps are not among them: they are your [devices](/account/devices).",
			"This browser",
			"Firefox on Linux",
			"Signed in 2 hours ago from 192.0.2.1",
			"sign out here",
			"Other browsers",
			"You are signed in nowhere else.",
			"[Back](/account/)",
		]));

	test("browsers, where there are others, and of this not even the address is known", () =>
		assert.deepEqual(
			outline(browsersPage({ browsers: [known, { ...bare, idHash: "c" }], here, now, signOut })),
			[
				"Browsers",
				"Here you are signed in to these pages. Apps are not among them: they are your [devices](/account/devices).",
				"This browser",
				"A browser that does not say what it is",
				"Signed in 2 hours ago",
				"sign out here",
				"Other browsers",
				"[Firefox on Linux](/account/browsers/k)",
				"Signed in 2 hours ago from 192.0.2.1 · last seen 1 hour ago",
				"[A browser that does not say what it is](/account/browsers/c)",
				"Signed in 2 hours ago",
				"[Sign out all other browsers](/account/browsers/others)[Back](/account/)",
			],
		));

	test("signing out one of which nothing is known", () =>
		assert.deepEqual(outline(signOutBrowserPage({ ...proof, browser: bare, now })), [
			"Sign out this browser?",
			"Browser",
			"A browser that does not say what it is",
			"Signed in",
			"2 hours ago",
			"Last seen",
			"2 hours ago",
			"Whoever uses it has to sign in again to see these pages. Apps that were signed in with it stay signed in: they are your [devices](/account/devices).",
			"If you do not know it, [change your password](/account/password): that signs out every other browser too.",
			"to /account/browsers/b",
			"field csrf = token",
			"(Sign out)",
			"[Keep it](/account/browsers)",
		]));

	test("signing out one, after a wrong password", () =>
		assert.deepEqual(outline(signOutBrowserPage({ ...proof, ...wrong, browser: known, now })), [
			"Sign out this browser?",
			"Browser",
			"Firefox on Linux",
			"Calls itself",
			"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
			"Signed in",
			"2 hours ago",
			"From address",
			"192.0.2.1",
			"Last seen",
			"1 hour ago",
			"Whoever uses it has to sign in again to see these pages. Apps that were signed in with it stay signed in: they are your [devices](/account/devices).",
			"If you do not know it, [change your password](/account/password): that signs out every other browser too.",
			"to /account/browsers/k",
			"field csrf = token",
			"Your password",
			"field password = , required, autofocus, aria-invalid",
			"So that nobody else at this screen can do it.",
			"Wrong",
			"(Sign out)",
			"[Keep it](/account/browsers)",
		]));

	test("signing out the others, where there are none", () =>
		assert.deepEqual(outline(signOutOthersPage({ ...proof, others: 0 })), [
			"Sign out all other browsers?",
			"You are signed in to these pages nowhere else.",
			"[Your browsers](/account/browsers)",
		]));

	test("signing out the others, after a wrong password", () =>
		assert.deepEqual(outline(signOutOthersPage({ ...proof, ...wrong, others: 2 })), [
			"Sign out all other browsers?",
			"2 other browsers are signed out of these pages at once. This one stays.",
			"Your apps stay signed in. To end those as well, [sign out everywhere](/account/sign-out-everywhere).",
			"Whoever knows your password can sign in again. If somebody else might, [change it](/account/password).",
			"to /account/browsers/others",
			"field csrf = token",
			"Your password",
			"field password = , required, autofocus, aria-invalid",
			"So that nobody else at this screen can do it.",
			"Wrong",
			"(Sign out the others)",
			"[Cancel](/account/browsers)",
		]));
});

test("where as many browsers are shown as there is room for, it is said that there may be more", () => {
	const more = "These are the 100 seen last; there may be more.";
	for (const [count, isSaid] of [
		[99, false],
		[100, true],
	] as const) {
		const browsers = Array.from({ length: count }, (_, index) => ({ ...bare, idHash: `${index}` }));
		assert.equal(outline(browsersPage({ browsers, here, now, signOut })).includes(more), isSaid);
	}
});
