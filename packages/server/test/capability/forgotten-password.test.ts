/** Who forgot a password comes back by a letter, over the wire, with a real mail server. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { FormBrowser } from "../support/form-browser.ts";
import { addressOf } from "../support/forms-under-attack.ts";
import { startMailServer, type TestMailServer } from "../support/mail-server.ts";
import { password, type RunningServer, startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const next = "another battery staple";
const minute = 60_000;

describe("a forgotten password", () => {
	let mails: TestMailServer;
	let server: RunningServer;
	let ahead = 0;
	before(async () => {
		mails = await startMailServer();
		server = await startServer({ clock: () => Date.now() + ahead, email: mails.config });
	});
	after(async () => {
		await server.close();
		await mails.close();
	});

	/** Somebody new, and an address that they have confirmed. */
	const person = async (localpart: string) => {
		const browser = await server.register(localpart);
		const address = decodeURIComponent((await addressOf(server, localpart)).split("/").at(-1) ?? "");
		return { browser, address };
	};
	const ask = async (browser: FormBrowser, who: string) =>
		browser.press(await browser.open("/account/forgotten-password"), "Send the link", { who });
	const linkTo = async (address: string, nth = 1) => {
		const letter = (await mails.lettersTo(address, nth, /^A new password/))[nth - 1];
		const [link = assert.fail(letter?.mail.text)] =
			/http\S+\/account\/new-password\/\S+/.exec(letter?.mail.text ?? "") ?? [];
		assert.ok(String(letter?.mail.html).includes(`href="${link}"`), "one link, in text and in HTML");
		return link;
	};
	const set = async (browser: FormBrowser, link: string, more: Readonly<Record<string, string>> = {}) =>
		browser.press(await browser.open(link), "Set password", { password: next, ...more });
	const allAnswered = () => until(async () => (await server.rows("recovery_askings")).length === 0);

	test("is replaced by a link that works once, in any browser, whoever is signed in there; apps stay", async () => {
		const { browser, address } = await person("alice");
		const phone = await server.loginDevice({ localpart: "alice", browser });
		assert.match((await server.browser().open("/login")).text, /href="\/account\/forgotten-password"/);
		const asked = await ask(server.browser(), address.toUpperCase());
		assert.deepEqual([asked.status, asked.title], [200, "Look into your mail"]);
		const link = await linkTo(address);
		const bob = await server.register("bob");
		assert.match((await bob.open(link)).text, /@alice:localhost/);
		const done = await set(bob, link);
		assert.deepEqual([done.status, done.title], [200, "Your password is set"]);
		assert.equal(
			(await browser.open("/account/")).url.pathname,
			"/login",
			"browsers of before are signed out",
		);
		assert.match((await bob.open("/account/")).text, /@bob:localhost/, "and nobody is signed in by it");
		assert.equal((await server.call(phone, "GET", "account/whoami")).status, 200);
		const again = await server.browser().open(link);
		assert.deepEqual([again.status, again.title], [404, "This link does not work any more"]);
		const fresh = server.browser();
		const page = await fresh.press(await fresh.open("/login"), "Sign in", {
			username: "alice",
			password: next,
		});
		assert.equal(page.url.pathname, "/account/");
		const log = (await fresh.open("/account/security")).text;
		assert.match(log, /Somebody asked for a new password\./);
		assert.match(log, /A password was set with a link that was sent to your e-mail address/);
	});

	test("by name goes to every address of theirs; one used ends the others, and with a tick every app", async () => {
		const { browser, address } = await person("carol");
		const second = decodeURIComponent((await addressOf(server, "carol")).split("/").at(-1) ?? "");
		const phone = await server.loginDevice({ localpart: "carol", browser });
		await ask(browser, "@Carol:localhost");
		const [one, other] = [await linkTo(address), await linkTo(second)];
		assert.notEqual(one, other);
		assert.equal((await set(server.browser(), other, { everywhere: "yes" })).title, "Your password is set");
		assert.equal((await server.browser().open(one)).status, 404);
		assert.equal((await server.call(phone, "GET", "account/whoami")).status, 401);
	});

	test("has half an hour, and ends when its address is not theirs any more", async () => {
		const { browser, address } = await person("dave");
		await ask(server.browser(), "dave");
		const early = await linkTo(address);
		ahead += 30 * minute - 10_000;
		assert.equal((await server.browser().open(early)).status, 200);
		ahead += 10_000;
		assert.equal((await server.browser().open(early)).status, 404);
		await ask(server.browser(), "dave");
		const link = await linkTo(address, 2);
		assert.equal((await server.browser().open(link)).status, 200);
		const removal = await browser.open(`/account/email/${encodeURIComponent(address)}`);
		await browser.press(removal, "Remove", { password });
		assert.equal((await server.browser().open(link)).status, 404);
		await ask(server.browser(), address);
		await allAnswered();
		assert.equal(
			(await mails.lettersTo(address, 3)).length,
			3,
			"two links, and that the address is theirs no more",
		);
	});

	test("of who is locked, closed or has no address is answered, and no letter goes out", async () => {
		const locked = await person("erin");
		await server.change("UPDATE accounts SET locked_at = 1 WHERE localpart = 'erin'");
		await server.register("frank");
		for (const who of [
			locked.address,
			"erin",
			"frank",
			"nobody",
			"nobody@example.org",
			"",
			"\u0000",
			"@x:elsewhere.example",
		]) {
			const { status, title } = await ask(server.browser(), who);
			assert.deepEqual([status, title], [200, "Look into your mail"], who);
		}
		await allAnswered();
		await until(async () => (await server.rows("mail_tasks")).length === 0);
		assert.ok(!mails.letters.some(({ to }) => to.includes(locked.address)));
	});

	test("without a mail server is told to whom to turn", async () => {
		await using without = await startServer({ operatorContact: "https://example.org/help" });
		const page = await without.browser().open("/login");
		assert.match(page.text, /Ask the people who run this server/);
		assert.match(page.text, /https:\/\/example\.org\/help/);
		assert.equal((await without.browser().open("/account/forgotten-password")).status, 404);
	});
});
