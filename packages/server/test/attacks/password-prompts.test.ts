/**
 * A stranger who knows a name tries passwords for it without end. That may keep its person from signing in anew, but
 * must not take from a browser that is signed in what the person is defended with.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openAttackWorld, press } from "../support/attack-world.ts";
import type { FormBrowser, Page } from "../support/form-browser.ts";
import { password, type RunningServer } from "../support/server.ts";
import { visitingFrom } from "../support/visiting-from.ts";

const trySignIn = async (browser: FormBrowser, typed: string) =>
	browser.press(await browser.open("/login"), "Sign in", { username: "alice", password: typed });

/** Fifty wrong passwords from ten addresses: all that a person's name takes within an hour. */
async function assail(server: RunningServer): Promise<void> {
	for (let network = 1; network <= 10; network++) {
		const answers = await visitingFrom(`127.0.${network}.9`, async () => {
			const browser = server.browser();
			return Promise.all([1, 2, 3, 4, 5].map((nth) => trySignIn(browser, `a guess, number ${nth}`)));
		});
		assert.deepEqual(
			answers.map(({ status }) => status),
			Array.from(answers, () => 403),
		);
	}
	const eleventh = await visitingFrom("127.0.11.9", () => trySignIn(server.browser(), "one more guess"));
	assert.equal(eleventh.status, 429);
}

const confirmPage = "/login?fresh=1&next=/account/";
const prove = (browser: FormBrowser, page: Page, typed: string) =>
	browser.press(page, "Continue", { password: typed });

const passwordPage = "/account/password";
const changeTo = (browser: FormBrowser, page: Page, next: string) =>
	browser.press(page, /change/i, { current: password, password: next });

describe("while a stranger guesses at the sign-in page, whoever is signed in", () => {
	test("refuses and approves, proves to be there, changes the password and signs out everywhere", async () => {
		await using world = await openAttackWorld();
		const { server, alice } = world;
		await assail(server);
		world.advance(5 * 60_000 + 1);
		const [asking] = await Promise.all([world.renew(world.phone)]);
		const { path } = await world.ask(asking, "second");
		const approved = await press(alice, await alice.open(path), "approve");
		assert.match(approved.title, /^Approved/);
		world.advance(5 * 60_000 + 1);
		const confirmed = await prove(alice, await alice.open(confirmPage), password);
		assert.equal(confirmed.url.pathname, "/account/");
		const changed = await changeTo(alice, await alice.open(passwordPage), "another horse battery");
		assert.equal(changed.url.pathname, "/account/security", changed.text);
		world.advance(5 * 60_000 + 1);
		const everywhere = await alice.open("/account/sign-out-everywhere");
		const out = await alice.press(everywhere, /sign out/i, { password: "another horse battery" });
		assert.equal(out.status, 200, out.text);
		assert.deepEqual(
			(await server.rows("sessions")).filter(({ ended_at }) => ended_at === null),
			[],
		);
	});

	test("guesses no further than five times a minute in one browser, from wherever, and another browser still can", async () => {
		await using world = await openAttackWorld();
		const { server, alice } = world;
		const another = await server.signIn("alice");
		const page = await alice.open(confirmPage);
		const answers = [];
		for (let nth = 1; nth <= 7; nth++)
			answers.push(await visitingFrom(`127.0.${nth}.9`, () => prove(alice, page, `guess no. ${nth}`)));
		assert.deepEqual(
			answers.map(({ status }) => status),
			[403, 403, 403, 403, 403, 429, 429],
		);
		assert.equal((await prove(alice, page, password)).status, 429, "not even the right one");
		const changing = await alice.open(passwordPage);
		assert.equal((await changeTo(alice, changing, "what the thief wants")).status, 429, "nor elsewhere");
		const elsewhere = await changeTo(another, await another.open(passwordPage), "another horse battery");
		assert.equal(elsewhere.url.pathname, "/account/security", elsewhere.text);
	});

	test("uses up none of what its person may try at the sign-in page", async () => {
		await using world = await openAttackWorld();
		const { server, alice } = world;
		const page = await alice.open(confirmPage);
		for (let nth = 1; nth <= 6; nth++) await prove(alice, page, `guess no. ${nth}`);
		assert.equal((await trySignIn(server.browser(), password)).url.pathname, "/account/");
	});
});
