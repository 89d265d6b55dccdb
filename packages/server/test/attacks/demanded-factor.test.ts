/** The operator demands a second factor: of whom, until when, and what somebody with the password alone does about it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SecondFactorConfig } from "../../src/config/index.ts";
import { askToSignIn } from "../support/asking-app.ts";
import { openAttackWorld } from "../support/attack-world.ts";
import { scan, setUpCodes } from "../support/codes.ts";
import { enterCode, waitingDevice } from "../support/device-grant.ts";
import type { FormBrowser, Page } from "../support/form-browser.ts";
import { addressOf } from "../support/forms-under-attack.ts";
import { startMailServer } from "../support/mail-server.ts";
import { operatorCommand } from "../support/operator-command.ts";
import { password, startServer } from "../support/server.ts";
import { softwarePasskey } from "../support/software-passkey.ts";
import { until } from "../support/until.ts";

const day = 24 * 3_600_000;
const demanded: SecondFactorConfig = { demandedOf: "everyone", graceDays: 14 };
const atOnce: SecondFactorConfig = { demandedOf: "everyone", graceDays: 0 };
const adding = "/account/second-factor";

async function opened(secondFactor?: SecondFactorConfig) {
	let now = 1_800_000_000_000;
	const server = await startServer({ clock: () => now, ...(secondFactor && { secondFactor }) });
	const register = async (localpart: string) => {
		const browser = server.browser();
		const page = await browser.open("/register");
		return { browser, page: await browser.press(page, "Create account", { username: localpart, password }) };
	};
	return {
		...{ server, register, now: () => now },
		advance(ms: number) {
			now += ms;
		},
		[Symbol.asyncDispose]: () => server.close(),
	};
}

/** Follows the link of this text. */
async function follow(browser: FormBrowser, page: Page, label: string): Promise<Page> {
	const [, href = assert.fail(page.text)] =
		new RegExp(`<a[^>]* href="([^"]*)"[^>]*>${label}</a>`).exec(page.text) ?? [];
	return browser.open(new URL(href.replaceAll("&amp;", "&"), page.url).href);
}

const signIn = async (browser: FormBrowser, path = "/login") =>
	browser.press(await browser.open(path), "Sign in", { username: "alice", password });

describe("a second factor that is demanded of everybody", () => {
	test("is asked for at each sign-in while there is time, and nobody is kept from anything", async () => {
		await using it = await opened(demanded);
		const { browser, page } = await it.register("alice");
		assert.equal(page.url.pathname, adding);
		assert.match(page.text, /You have to have one .*in 14 days/);
		assert.equal((await follow(browser, page, "Not now")).url.pathname, "/account/");
		const home = await browser.open("/account/");
		assert.match(home.text, /You need a second factor/);
		it.advance(13 * day);
		const app = await it.server.loginDevice({ localpart: "alice", browser });
		assert.equal((await it.server.call(app, "GET", "account/whoami")).status, 200);
		const again = it.server.browser();
		assert.match((await signIn(again)).text, /You have to have one .*(tomorrow|in 1 day|in 24 hours)/);
	});

	test("is all that there is afterwards: each page leads there, no app is let in, and running apps stay", async () => {
		await using it = await opened(demanded);
		const { browser } = await it.register("alice");
		const app = await it.server.loginDevice({ localpart: "alice", browser });
		const asking = await askToSignIn(it.server);
		const consent = await browser.open(asking.url);
		it.advance(14 * day - 1);
		assert.equal((await browser.open("/account/devices")).url.pathname, "/account/devices");
		it.advance(1);
		for (const path of ["/account/", "/account/devices", "/account/password", "/account/proofs", "/link"])
			assert.equal((await browser.open(path)).url.pathname, adding, path);
		assert.equal((await browser.press(consent, "Allow", { password })).url.pathname, adding);
		const other = it.server.browser();
		const led = await signIn(other);
		assert.equal(led.url.pathname, adding);
		assert.doesNotMatch(led.text, /Not now/);
		await other.press(led, /Sign out/);
		const refreshed = await it.server.call(app, "GET", "account/whoami");
		assert.equal(refreshed.body.error === undefined || refreshed.body.soft_logout === true, true);
		const [session] = await it.server.rows("sessions");
		assert.equal(session?.ended_at ?? null, null);
	});

	test("is added on the way to an app, which is let in with both", async () => {
		await using it = await opened(atOnce);
		const { browser, page } = await it.register("alice");
		assert.equal(page.url.pathname, adding);
		const asking = await askToSignIn(it.server);
		const led = await browser.open(asking.url);
		assert.equal(led.url.pathname, adding);
		const asked = await follow(browser, led, "Set up an app");
		const shown = await browser.press(asked, "Continue", { password });
		const app = scan(shown);
		const wrong = await browser.press(shown, "Use this app", { code: "000000" });
		const added = await browser.press(wrong, "Use this app", { code: app.at(it.now()) });
		assert.match(added.text, /You have a second factor now/);
		const consent = await follow(browser, added, "Continue");
		assert.match(consent.url.pathname, /^\/interaction\//);
		it.advance(60_000);
		const alone = await browser.press(consent, "Allow", { password });
		assert.equal(alone.status, 403);
		const both = await browser.press(consent, "Allow", { password, code: app.at(it.now()) });
		assert.equal(both.left?.searchParams.get("state"), asking.state);
	});
});

describe("the last second factor that is demanded", () => {
	test("is not removed, with time left or without, and neither is one of two that are removed at once", async () => {
		await using it = await opened(demanded);
		const { browser } = await it.register("alice");
		const app = await setUpCodes(browser, it.now());
		it.advance(60_000);
		const asked = await browser.open("/account/proofs/remove-codes");
		const refused = await browser.press(asked, "Remove one-time codes", { password, code: app.at(it.now()) });
		assert.deepEqual([refused.status, /Add another one first/.test(refused.text)], [409, true]);
		assert.equal((await it.server.rows("one_time_codes")).length, 1);
		it.advance(60_000);
		const passkey = softwarePasskey(it.server.url);
		const begun = await browser.press(await browser.open("/account/proofs/new-passkey"), "Continue", {
			...{ name: "Phone", password, code: app.at(it.now()) },
		});
		await browser.press(begun, "Make the passkey", { passkey: passkey.answer(begun) });
		const [row] = await it.server.rows("passkeys");
		const pages = [
			await browser.open("/account/proofs/remove-codes"),
			await browser.open(`/account/proofs/passkeys/${row?.id}`),
		];
		await Promise.all(pages.map((page) => browser.press(page, /^Remove/, { passkey: passkey.answer(page) })));
		const left = [await it.server.rows("one_time_codes"), await it.server.rows("passkeys")];
		assert.equal(left.flat().length, 1);
	});

	test("comes off where nothing is demanded", async () => {
		await using it = await opened({ ...demanded, demandedOf: "admins" });
		const { browser } = await it.register("alice");
		const app = await setUpCodes(browser, it.now());
		it.advance(60_000);
		const asked = await browser.open("/account/proofs/remove-codes");
		await browser.press(asked, "Remove one-time codes", { password, code: app.at(it.now()) });
		assert.deepEqual(await it.server.rows("one_time_codes"), []);
	});

	test("taken away by the operator leaves time again, and locks nobody out", async () => {
		await using it = await opened(demanded);
		const { browser } = await it.register("alice");
		it.advance(10 * day);
		await setUpCodes(browser, it.now());
		assert.equal((await it.server.rows("accounts"))[0]?.factor_demanded_at, null);
		it.advance(100 * day);
		await operatorCommand(it.server, "users", "reset-proof", "alice");
		assert.match((await signIn(it.server.browser())).text, /You have to have one .*in 14 days/);
	});
});

describe("settings that are changed while a page is open", () => {
	test("hold for what is sent from it: no reset is approved and no app let in, but both may be refused", async () => {
		await using world = await openAttackWorld();
		const { server, alice, phone } = world;
		const asked = await world.ask(phone, "second");
		const reset = await alice.open(asked.path);
		const asking = await askToSignIn(server);
		const consent = await alice.open(asking.url);
		await server.restart({ secondFactor: atOnce });
		const approved = await alice.press(reset, /replace my digital identity$/i, { password });
		assert.equal(approved.url.pathname, adding);
		assert.equal(approved.url.searchParams.get("next"), asked.path);
		assert.equal((await server.rows("reset_requests"))[0]?.state, "pending");
		assert.equal((await alice.press(consent, "Allow", { password })).url.pathname, adding);
		assert.equal((await server.call(phone, "GET", "account/whoami")).status, 200);
		assert.equal((await alice.press(consent, "Cancel")).left?.searchParams.get("error"), "access_denied");
		await alice.press(reset, "This was not me: refuse");
		assert.equal((await server.rows("reset_requests"))[0]?.state, "denied");
		await server.restart({ secondFactor: { demandedOf: "admins", graceDays: 0 } });
		assert.equal((await alice.open("/account/devices")).url.pathname, "/account/devices");
	});
});

describe("whoever lacks the factor when the time is over", () => {
	test("opens the page of their reset and refuses it there, and approves nothing", async () => {
		await using world = await openAttackWorld();
		const { server, alice, phone } = world;
		const asked = await world.ask(phone, "second");
		const before = await alice.open(asked.path);
		await server.restart({ secondFactor: atOnce });
		const list = await alice.open("/account/reset");
		assert.equal(list.url.pathname, "/account/reset");
		const page = await alice.open(asked.path);
		assert.equal(page.url.pathname, asked.path);
		assert.doesNotMatch(page.text, /value="(approve|sign-out-device)"/);
		assert.equal((await follow(alice, page, "Add a second factor")).url.searchParams.get("next"), asked.path);
		await alice.press(before, /replace my digital identity$/i, { password });
		assert.equal((await server.rows("reset_requests"))[0]?.state, "pending");
		const unknown = await alice.open("/account/reset/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
		assert.equal(unknown.url.pathname, adding);
		const refused = await alice.press(page, "This was not me: refuse");
		assert.equal(refused.url.pathname, asked.path);
		assert.match(refused.text, /Add a second factor/);
		assert.doesNotMatch(refused.text, /value="sign-out-device"/);
		assert.equal((await server.rows("reset_requests"))[0]?.state, "denied");
	});

	test("takes back there what was approved before", async () => {
		await using world = await openAttackWorld();
		const { server, alice, phone } = world;
		const asked = await world.ask(phone, "second");
		await alice.press(await alice.open(asked.path), /replace my digital identity$/i, { password });
		assert.equal((await server.rows("reset_requests"))[0]?.state, "approved");
		await server.restart({ secondFactor: atOnce });
		const page = await alice.open(asked.path);
		assert.equal((await alice.press(page, /ake.* back/)).url.pathname, asked.path);
		assert.equal((await server.rows("reset_requests"))[0]?.state, "denied");
	});
});

describe("an administrator of whom a second factor is demanded", () => {
	test("lets nothing administer without, while there is time too, and from a page of before neither", async () => {
		await using it = await opened();
		const { browser } = await it.register("alice");
		await it.server.change("UPDATE accounts SET admin = 1");
		const device = await waitingDevice(it.server, { moreScope: "urn:synapse:admin:*" });
		const held = await enterCode(browser, device.userCode);
		assert.match(held.text, /value="approve"/);
		await it.server.restart({ secondFactor: { ...demanded, demandedOf: "admins" } });
		const refused = await browser.press(held, "Allow", { own: "yes", password });
		assert.equal(refused.status, 403);
		const asked = await enterCode(browser, device.userCode);
		assert.match(asked.text, /This needs a second factor beside your password/);
		assert.doesNotMatch(asked.text, /value="approve"/);
		const app = await setUpCodes(browser, it.now());
		it.advance(60_000);
		const again = await enterCode(browser, device.userCode);
		await browser.press(again, "Allow", { own: "yes", password, code: app.at(it.now()) });
		assert.match((await device.poll()).body.scope, /urn:synapse:admin:/);
	});

	test("is told so by an app that could do without, and lets that in with no such right", async () => {
		await using it = await opened({ ...demanded, demandedOf: "admins" });
		const { browser } = await it.register("alice");
		await it.server.change("UPDATE accounts SET admin = 1");
		const device = await waitingDevice(it.server, { moreScope: "urn:mas:admin" });
		const asked = await enterCode(browser, device.userCode);
		assert.match(asked.text, /This needs a second factor beside your password/);
		await browser.press(asked, "Allow", { own: "yes", password });
		assert.doesNotMatch((await device.poll()).body.scope, /admin/);
	});
});

describe("whoever has the password alone, and signs in first", () => {
	test("may add a factor of theirs, as anybody could; the letter takes it off, and leaves time again", async () => {
		const mails = await startMailServer();
		let now = Date.now();
		const server = await startServer({ clock: () => now, email: mails.config, secondFactor: demanded });
		try {
			const alice = server.browser();
			await alice.press(await alice.open("/register"), "Create account", { username: "alice", password });
			const address = decodeURIComponent((await addressOf(server, "alice")).split("/").at(-1) ?? "");
			now += 15 * day;
			const thief = server.browser();
			assert.equal((await signIn(thief)).url.pathname, adding);
			await setUpCodes(thief, now);
			assert.equal((await alice.open("/account/")).url.pathname, "/login");
			const find = () =>
				mails.letters.find(({ to, mail }) => to.includes(address) && /codes/.test(mail.subject ?? ""));
			await until(() => find() !== undefined);
			const [link = assert.fail()] = /\/account\/not-me\/\S+/.exec(find()?.mail.text ?? "") ?? [];
			const stranger = server.browser();
			await stranger.press(await stranger.open(link), "This was not me");
			assert.deepEqual(await server.rows("one_time_codes"), []);
			assert.equal((await thief.open("/account/")).url.pathname, "/login");
			assert.match((await signIn(alice)).text, /You have to have one .*in 14 days/);
		} finally {
			await server.close().finally(() => mails.close());
		}
	});
});
