/** E-mail addresses of people, over the wire, with a real mail server. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { FormBrowser } from "../support/form-browser.ts";
import { refusal, startMailServer, type TestMailServer } from "../support/mail-server.ts";
import { password, type RunningServer, startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const minute = 60_000;

describe("an e-mail address", () => {
	let mails: TestMailServer;
	let server: RunningServer;
	let ahead = 0;
	/** Addresses that the mail server does not take now. */
	const away = new Set<string>();
	before(async () => {
		mails = await startMailServer({
			onRcptTo: ({ address }, _session, callback) =>
				callback(away.has(address) ? refusal(451, "4.7.1 later") : undefined),
		});
		server = await startServer({ clock: () => Date.now() + ahead, email: mails.config });
	});
	after(async () => {
		await server.close();
		await mails.close();
	});

	const add = async (browser: FormBrowser, email: string) =>
		browser.press(await browser.open("/account/email"), "Send a code", { email, password });
	const codeTo = async (email: string, nth = 1) => {
		const letter = (await mails.lettersTo(email, nth, /is your code/))[nth - 1];
		return /^(\d{6}) is your code/.exec(letter?.mail.subject ?? "")?.[1] ?? assert.fail(letter?.mail.subject);
	};
	const addressesOf = async (browser: FormBrowser) =>
		[...(await browser.open("/account/email")).text.matchAll(/<li><a href="[^"]*">([^<]*)<\/a>(<br>)?/g)].map(
			([, address, waits]) => (waits === undefined ? address : `${address} waits`),
		);
	const eventsOf = async (localpart: string) => {
		const id = (await server.rows("accounts")).find((row) => row.localpart === localpart)?.id;
		const rows = (await server.rows("security_events")).filter((row) => row.account_id === id);
		return rows.map(({ kind }) => kind);
	};

	test("is theirs once the code from the letter is typed, in whatever browser they are signed in", async () => {
		const browser = await server.register("alice");
		const asked = await add(browser, " Alice@Example.org ");
		assert.deepEqual(
			[asked.title, asked.url.pathname],
			["Enter the code", "/account/email/alice%40example.org"],
		);
		assert.deepEqual(await addressesOf(browser), ["Alice@example.org waits"]);
		const code = await codeTo("Alice@example.org");
		const [letter] = await mails.lettersTo("Alice@example.org");
		assert.match(letter?.mail.text ?? "", /says that this address is theirs/);
		assert.match(letter?.mail.text ?? "", new RegExp(`^${code}$`, "m"));
		assert.match(String(letter?.mail.html), new RegExp(`>${code}<`));
		const other = await server.signIn("alice");
		const page = await other.open(asked.url.href);
		const done = await other.press(page, "Confirm", { code: ` ${code.slice(0, 3)} ${code.slice(3)} ` });
		assert.equal(done.url.pathname, "/account/email");
		assert.deepEqual(await addressesOf(browser), ["Alice@example.org"]);
		const again = await other.press(page, "Confirm", { code });
		assert.deepEqual(
			[again.status, again.url.pathname],
			[200, "/account/email"],
			"the same form, sent twice",
		);
		assert.ok((await eventsOf("alice")).includes("address-added"));
		await until(async () => (await server.rows("mail_tasks")).length === 0);
	});

	test("is not theirs by another code, nor by the right one after five others, nor half an hour later", async () => {
		const browser = await server.register("bob");
		const page = await add(browser, "bob@example.org");
		const code = await codeTo("bob@example.org");
		const wrong = code === "000000" ? "000001" : "000000";
		for (let nth = 0; nth < 5; nth++) {
			const refused = await browser.press(page, "Confirm", { code: wrong });
			assert.deepEqual([refused.status, /not the code in the latest letter/.test(refused.text)], [400, true]);
		}
		const late = await browser.press(page, "Confirm", { code });
		assert.match(late.text, /entered wrongly too often/);
		assert.deepEqual(await addressesOf(browser), ["bob@example.org waits"]);
		await add(browser, "bob@example.org");
		const second = await codeTo("bob@example.org", 2);
		ahead += 30 * minute;
		const over = await browser.press(page, "Confirm", { code: second });
		assert.match(over.text, /is too old/);
		assert.deepEqual(await addressesOf(browser), []);
	});

	test("takes a recent password to add and to remove, and is told when it is removed", async () => {
		const browser = await server.register("carol");
		ahead += 6 * minute;
		const page = await browser.open("/account/email");
		const refused = await browser.press(page, "Send a code", { email: "carol@example.org", password: "" });
		assert.match(refused.text, /Enter your password to go on/);
		const asked = await add(browser, "carol@example.org");
		await browser.press(asked, "Confirm", { code: await codeTo("carol@example.org") });
		ahead += 6 * minute;
		const removal = await browser.open("/account/email/carol%40example.org");
		assert.match(removal.text, /It is your only one/);
		assert.equal((await browser.press(removal, "Remove", { password: "" })).status, 400);
		const gone = await browser.press(removal, "Remove", { password });
		assert.equal(gone.url.pathname, "/account/email");
		assert.equal((await browser.press(removal, "Remove", { password })).url.pathname, "/account/email");
		assert.deepEqual(await addressesOf(browser), []);
		const letter = (await mails.lettersTo("carol@example.org", 1, /^This address was removed/))[0];
		assert.match(letter?.mail.subject ?? "", /^This address was removed/);
		assert.ok((await eventsOf("carol")).includes("address-removed"));
	});

	test("is told what is wrong with it at the field", async () => {
		const browser = await server.register("dave");
		const refused = await add(browser, "dave@localhost");
		assert.deepEqual([refused.status, /This is not an e-mail address/.test(refused.text)], [400, true]);
		const asked = await add(browser, "dave@example.org");
		await browser.press(asked, "Confirm", { code: await codeTo("dave@example.org") });
		assert.match((await add(browser, "DAVE@example.org")).text, /yours already/);
		const unknown = await browser.open("/account/email/nobody%40example.org");
		assert.deepEqual([unknown.status, unknown.title], [404, "There is no such address"]);
		for (let nth = 0; nth < 5; nth++) await add(browser, "many@example.org");
		const throttled = await add(browser, "many@example.org");
		assert.equal(throttled.status, 429);
		assert.ok(Number(throttled.headers.get("retry-after")) > 0);
	});

	test("whose mailbox takes nothing for now holds up no letter to another; it gets its own later", async () => {
		const browser = await server.register("erin");
		away.add("later@example.org");
		await add(browser, "later@example.org");
		const greylisted = async () =>
			(await server.rows("mail_tasks")).some(({ failure }) => String(failure).includes("451 4.7.1"));
		await until(greylisted);
		await add(browser, "erin@example.org");
		await codeTo("erin@example.org");
		away.clear();
		// By itself, within seconds: a clock that jumps while a letter is under way would take it for another server's.
		await codeTo("later@example.org");
		await until(async () => (await server.rows("mail_tasks")).length === 0);
	});

	test("without a mail server is asked of nobody", async () => {
		await using without = await startServer();
		const browser = await without.register("alice");
		assert.equal((await browser.open("/account/email")).status, 404);
		assert.doesNotMatch((await browser.open("/account/")).text, /account\/email/);
		assert.match((await (await server.signIn("alice")).open("/account/")).text, /href="\/account\/email"/);
	});
});
