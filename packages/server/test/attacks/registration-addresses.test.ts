/** Registering where an e-mail address is asked for first, with a real mail server. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { FormBrowser, Page } from "../support/form-browser.ts";
import { addressOf } from "../support/forms-under-attack.ts";
import { mailNowhere } from "../support/mail-nowhere.ts";
import { startMailServer } from "../support/mail-server.ts";
import { typeBeside } from "../support/password-link.ts";
import { openRegister, registrationCode } from "../support/registering.ts";
import { manners, sender } from "../support/sent-form.ts";
import { password, type RunningServer, startServer } from "../support/server.ts";
import { everyRow } from "../support/storage.ts";
import { until } from "../support/until.ts";

const minute = 60_000;

/** A server of its own, whose limits nobody has touched. */
async function openWorld() {
	const mails = await startMailServer();
	let ahead = 0;
	const registration = { needsAddress: true };
	const server = await startServer({ clock: () => Date.now() + ahead, email: mails.config, registration });
	return {
		...{ mails, server },
		advance(ms: number) {
			ahead += ms;
		},
		ask: async (browser: FormBrowser, email: string, at = "/register?again=1") =>
			browser.press(await browser.open(at), "Send a code", { email }),
		async codeTo(email: string, nth = 1) {
			const letter = (await mails.lettersTo(email, nth))[nth - 1];
			return (
				/^(\d{6}) is your code/.exec(letter?.mail.subject ?? "")?.[1] ?? assert.fail(letter?.mail.subject)
			);
		},
		finish: (browser: FormBrowser, page: Page, username: string) =>
			browser.press(page, "Create account", { username, password }),
		accountOf: async (name: string) =>
			(await server.rows("accounts")).find(({ localpart }) => localpart === name)?.id,
		ownersOf: async (email: string) =>
			(await server.rows("account_emails")).filter(
				(row) => row.address_key === email && row.verified_at !== null,
			),
		async shown(email: string) {
			const browser = server.browser();
			return { browser, page: await openRegister(server, browser, { address: email }) };
		},
		async [Symbol.asyncDispose]() {
			await server.close();
			await mails.close();
		},
	};
}

describe("registering with an address that is asked for", () => {
	test("takes the code from the letter, and until then nothing of an account is there", async () => {
		await using world = await openWorld();
		const { mails, server, ask, codeTo, finish, accountOf, ownersOf } = world;
		const browser = server.browser();
		const asked = await ask(browser, " Alice@Example.org ", "/register?next=/account/profile&username=Alice");
		assert.deepEqual([asked.title, asked.url.pathname], ["Enter the code", "/register/code"]);
		assert.match(asked.text, /Alice@example\.org/);
		const code = await codeTo("Alice@example.org");
		const [letter] = await mails.lettersTo("Alice@example.org");
		assert.match(
			letter?.mail.text ?? "",
			/Somebody wants to make an account on localhost with this e-mail address/,
		);
		assert.match(letter?.mail.text ?? "", new RegExp(`^${code}$`, "m"));
		assert.match(String(letter?.mail.html), new RegExp(`>${code}<`));
		assert.deepEqual(await server.rows("accounts"), []);
		assert.ok(!(await everyRow(server)).some((row) => row.includes(code)), "no row holds the code");
		const proved = await browser.press(asked, "Go on", { code: ` ${code.slice(0, 3)}-${code.slice(3)} ` });
		assert.equal(proved.url.pathname, "/register");
		assert.match(proved.text, /Your e-mail address is <strong>Alice@example\.org<\/strong>/);
		assert.match(proved.text, /name="username" [^>]*value="alice"/);
		assert.deepEqual(await server.rows("accounts"), []);
		const done = await finish(browser, proved, "alice");
		assert.equal(done.url.pathname, "/account/profile", done.text);
		const [row, ...others] = await ownersOf("alice@example.org");
		assert.deepEqual(
			[row?.account_id, row?.address, others],
			[await accountOf("alice"), "Alice@example.org", []],
		);
		await until(async () => (await server.rows("mail_tasks")).length === 0);
	});

	test("says the same of an address that is somebody's: its letter alone tells that, and holds no code", async () => {
		await using world = await openWorld();
		const { mails, server, ask, codeTo, finish, shown } = world;
		const owner = await shown("oscar@example.org");
		assert.equal((await finish(owner.browser, owner.page, "oscar")).url.pathname, "/account/");
		const answers = [];
		for (const email of ["oscar@example.org", "nobody@example.org"]) {
			const page = await ask(server.browser(), email);
			const text = page.text.replaceAll(email, "").replaceAll(/(nonce|csrf)(" value)?="[^"]*"/g, "");
			answers.push([page.status, page.url.href, text]);
		}
		assert.deepEqual(answers[0], answers[1]);
		const [, letter] = await mails.lettersTo("oscar@example.org", 2);
		assert.equal(letter?.mail.subject, "You have an account on localhost");
		assert.match(letter?.mail.text ?? "", /@oscar:localhost/);
		assert.match(letter?.mail.text ?? "", /account\/forgotten-password/);
		const all = `${letter?.mail.subject} ${letter?.mail.text} ${letter?.mail.html}`;
		assert.ok(!all.includes(await registrationCode(server, "oscar@example.org")));
		assert.ok(await codeTo("nobody@example.org"));
	});

	test("makes no account of an address that became somebody's meanwhile, and of two at once one", async () => {
		await using world = await openWorld();
		const { finish, accountOf, ownersOf, shown } = world;
		const email = "both@example.org";
		const browsers = [await shown(email), await shown(email), await shown(email)];
		const late = await shown(email);
		const pages = await Promise.all(
			browsers.map(({ browser, page }, at) => finish(browser, page, `both${at}`)),
		);
		const inside = pages.filter(({ url }) => url.pathname === "/account/");
		assert.equal(inside.length, 1);
		for (const page of [
			...pages.filter((each) => !inside.includes(each)),
			await finish(late.browser, late.page, "late"),
		]) {
			assert.equal(page.status, 400);
			assert.match(page.text, /another account on this server has this address by now/);
		}
		assert.equal((await ownersOf(email)).length, 1);
		for (const name of ["both0", "both1", "both2", "late"])
			assert.equal(
				(await accountOf(name)) !== undefined,
				pages.some((page, at) => inside.includes(page) && name === `both${at}`),
			);
	});

	test("makes one account of one code, however many want it at once", async () => {
		await using world = await openWorld();
		const { server, shown } = world;
		const { browser, page } = await shown("once@example.org");
		const names = Array.from({ length: 8 }, (_, at) => `once${at}`);
		const cookie = browser.cookies.headerFor(page.url);
		const [form] = page.forms.filter(({ action }) => action === "/register");
		const sent = names.map((username) =>
			fetch(new URL("/register", server.url), {
				...{ method: "POST", headers: { cookie }, redirect: "manual" },
				body: new URLSearchParams({ ...form?.fields, username, password }),
			}),
		);
		const statuses = (await Promise.all(sent)).map(({ status }) => status);
		assert.deepEqual(statuses.toSorted(), [303, ...Array.from({ length: 7 }, () => 400)]);
		const made = (await server.rows("accounts")).filter(({ localpart }) => names.includes(String(localpart)));
		assert.equal(made.length, 1);
	});

	test("keeps what was shown when the name is taken or the password none", async () => {
		await using world = await openWorld();
		const { finish, shown } = world;
		await finish(...(Object.values(await shown("alice@example.org")) as [FormBrowser, Page]), "alice");
		const { browser, page } = await shown("frugal@example.org");
		const taken = { username: "alice", password: "another battery staple" };
		const refused = await browser.press(page, "Create account", taken);
		assert.match(refused.text, /This name is taken/);
		const common = await browser.press(refused, "Create account", {
			username: "frugal",
			password: "qwertyuiop",
		});
		assert.match(common.text, /tried first/);
		assert.match(common.text, /Your e-mail address is <strong>frugal@example\.org/);
		assert.equal((await finish(browser, common, "frugal")).url.pathname, "/account/");
	});

	test("takes five tries at a code, half an hour, and the browser in which it was asked for", async () => {
		await using world = await openWorld();
		const { server, advance, ask, codeTo } = world;
		const browser = server.browser();
		const page = await ask(browser, "guessed@example.org");
		const code = await codeTo("guessed@example.org");
		const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, "0");
		const other = server.browser();
		const theirs = await ask(other, "mallory@example.org");
		assert.match((await other.press(theirs, "Go on", { code })).text, /not the code in the latest letter/);
		for (let tries = 0; tries < 5; tries++)
			assert.match((await browser.press(page, "Go on", { code: wrong })).text, /not the code/);
		assert.match((await browser.press(page, "Go on", { code })).text, /This code is over/);
		const again = await ask(browser, "guessed@example.org");
		const second = await codeTo("guessed@example.org", 2);
		assert.match(
			(await browser.press(again, "Go on", { code })).text,
			/not the code/,
			"the older one is over",
		);
		advance(30 * minute);
		const late = await browser.press(again, "Go on", { code: second });
		assert.match(late.text, /This code is over/);
		assert.equal(late.forms[0]?.action, "/register/address");
	});

	test("takes name and password within an hour of the code", async () => {
		await using world = await openWorld();
		const { advance, finish, accountOf, shown } = world;
		const { browser, page } = await shown("slow@example.org");
		advance(60 * minute);
		const late = await finish(browser, page, "slow");
		assert.equal(late.status, 400);
		assert.match(late.text, /No account was made: the code for this address was entered too long ago/);
		assert.match(late.text, /name="username" value="slow"/, "the name goes along");
		assert.equal(await accountOf("slow"), undefined);
	});

	test("takes the address that the page shows, and no other that was shown in another window since", async () => {
		await using world = await openWorld();
		const { server, ask, finish, accountOf, shown } = world;
		const { browser, page } = await shown("first@example.org");
		const asked = await ask(browser, "second@example.org");
		assert.match((await finish(browser, page, "windows")).text, /No account was made/);
		const code = await registrationCode(server, "second@example.org");
		await browser.press(asked, "Go on", { code });
		assert.match((await finish(browser, page, "windows")).text, /No account was made/);
		assert.equal(await accountOf("windows"), undefined);
	});

	test("without any code is no way to an account, nor to which names are taken", async () => {
		await using world = await openWorld();
		const { ask, finish, accountOf, shown } = world;
		const alice = await shown("alice@example.org");
		assert.equal((await finish(alice.browser, alice.page, "alice")).url.pathname, "/account/");
		const own = await shown("own@example.org");
		const form = own.page.forms.find(({ action }) => action === "/register") ?? assert.fail();
		const sent = async (browser: FormBrowser, fields: Readonly<Record<string, string>>) => {
			// Not Alice's: whoever has her password has made her account a moment ago.
			const guess = "another battery staple";
			const body = new URLSearchParams({ ...form.fields, password: guess, ...fields });
			const answer = await browser.send("/register", { method: "POST", body });
			return { status: answer.status, text: await answer.text() };
		};
		// A browser whose form is its own, since it had shown an address before it asked for a letter to another one.
		const waiting = await shown("before@example.org");
		await ask(waiting.browser, "waits@example.org");
		const { csrf } = waiting.page.forms.find(({ action }) => action === "/register")?.fields ?? {};
		assert.ok(csrf);
		for (const username of ["alice", "unproved"]) {
			for (const email of ["own@example.org", "waits@example.org", "before@example.org", ""]) {
				const answer = await sent(waiting.browser, { csrf, email, username });
				assert.equal(answer.status, 400, email);
				assert.match(answer.text, /No account was made: the code for this address/, email);
				assert.doesNotMatch(answer.text, /taken/, email);
			}
			assert.equal((await sent(waiting.browser, { username })).status, 403, "the form of another browser");
		}
		for (const email of ["alice@example.org", "", "own@example.org "]) {
			const answer = await sent(own.browser, { email, username: "alice" });
			assert.equal(answer.status, 400);
			assert.doesNotMatch(answer.text, /taken/);
		}
		const knows = await sent(own.browser, { username: "alice" });
		assert.match(knows.text, /This name is taken/, "who has shown theirs is told");
		assert.equal(await accountOf("unproved"), undefined);
	});

	for (const [how, send] of Object.entries(manners)) {
		test(`sent twice, ${how}: one letter, one account, and the same answers`, async () => {
			await using world = await openWorld();
			const { mails, server, codeTo, ownersOf } = world;
			const email = `twice${Object.keys(manners).indexOf(how)}@example.org`;
			const browser = server.browser();
			const first = await browser.open("/register");
			const asked = await send(sender({ browser, page: first, label: "Send a code", filled: { email } }));
			assert.deepEqual(new Set(asked), new Set(["303 /register/code?next=%2Faccount%2F"]));
			const waits = await browser.open("/register/code");
			const code = await codeTo(email);
			const typed = await send(sender({ browser, page: waits, label: "Go on", filled: { code } }));
			assert.deepEqual(new Set(typed), new Set(["303 /register?next=%2Faccount%2F"]));
			const page = await browser.open("/register");
			const username = email.split("@")[0] ?? "";
			const filled = { username, password };
			const done = await send(sender({ browser, page, label: "Create account", filled }));
			assert.deepEqual(new Set(done), new Set(["303 /account/"]));
			const held = await send(sender({ browser, page: first, label: "Send a code", filled: { email } }));
			assert.ok(held.length > 0);
			assert.equal((await ownersOf(email)).length, 1);
			const letters = mails.letters.filter(({ to }) => to.includes(email));
			assert.equal(letters.filter(({ mail }) => /is your code/.test(mail.subject ?? "")).length, 1);
		});
	}

	test("an address that was shown is not lost to the form that asked for it, sent once more", async () => {
		await using world = await openWorld();
		const { server, codeTo } = world;
		const browser = server.browser();
		const first = await browser.open("/register");
		const asked = await browser.press(first, "Send a code", { email: "late@example.org" });
		await browser.press(asked, "Go on", { code: await codeTo("late@example.org") });
		const again = await browser.press(first, "Send a code", { email: "late@example.org" });
		assert.equal(again.url.pathname, "/register");
		assert.match(again.text, /Your e-mail address is <strong>late@example\.org/);
	});

	test("few letters go to one mailbox, from however many browsers, and whoever has it", async () => {
		await using world = await openWorld();
		const { server, ask } = world;
		await server.register("oscar");
		const owned = decodeURIComponent((await addressOf(server, "oscar")).split("/").at(-1) ?? "");
		const answers = [];
		for (const email of [owned, "flooded@example.org"]) {
			const statuses = [];
			for (let letters = 0; letters < 7; letters++)
				statuses.push((await ask(server.browser(), email.toUpperCase())).status);
			answers.push(statuses);
		}
		const expected = [200, 200, 200, 200, 200, 429, 429];
		assert.deepEqual(answers, [expected, expected]);
	});
});

describe("registering with an address and a token", () => {
	let server: RunningServer;
	before(async () => {
		const terms = { url: "https://example.org/terms", version: "2" };
		const registration = { needsAddress: true, needsToken: true, terms };
		server = await startServer({ registration, email: mailNowhere });
	});
	after(() => server.close());

	async function make(...options: readonly string[]) {
		const words = ["tokens", "registration", "create", "--json", ...options];
		const { code, out, err } = await typeBeside(server, words);
		assert.equal(code, 0, err);
		const made: { readonly token: string; readonly url: string } = JSON.parse(out);
		return made;
	}

	test("sends no letter to who has no token", async () => {
		const browser = server.browser();
		for (const token of ["", "made-up"]) {
			const page = await browser.open("/register");
			const refused = await browser.press(page, "Send a code", { email: "eve@example.org", token });
			assert.equal(refused.status, 400);
			assert.match(refused.text, /This registration token is not good/);
		}
		assert.deepEqual([await server.rows("mail_tasks"), await server.rows("begun_registrations")], [[], []]);
	});

	test("takes the address and the name of the token, and the terms", async () => {
		const { url } = await make("--user", "support", "--email", "Desk@example.org");
		const browser = server.browser();
		const page = await browser.open(new URL(url).pathname + new URL(url).search);
		const other = await browser.press(page, "Send a code", { email: "eve@example.org" });
		assert.match(other.text, /This registration token is for another e-mail address/);
		const asked = await browser.press(other, "Send a code", { email: "desk@example.org" });
		const shown = await browser.press(asked, "Go on", {
			code: await registrationCode(server, "desk@example.org"),
		});
		const mallory = await browser.press(shown, "Create account", {
			username: "mallory",
			password,
			terms: "yes",
		});
		assert.match(mallory.text, /This registration token is not good/);
		const hasty = await browser.press(mallory, "Create account", { username: "support", password });
		assert.match(hasty.text, /Read the terms/);
		const done = await browser.press(hasty, "Create account", {
			username: "support",
			password,
			terms: "yes",
		});
		assert.equal(done.url.pathname, "/account/", done.text);
		const mailboxes = await server.rows("account_emails");
		assert.deepEqual(
			mailboxes.map(({ address, verified_at: at }) => [address, Number(at) > 0]),
			[["desk@example.org", true]],
		);
		assert.equal((await server.rows("agreed_terms")).length, 1);
		assert.equal(Number((await server.rows("registration_tokens"))[0]?.used), 1);
	});

	test("of one use makes one account of many that have shown an address", async () => {
		const { token } = await make();
		const names = ["one", "two", "three"];
		const ready = [];
		for (const name of names) {
			const browser = server.browser();
			const page = await openRegister(server, browser, { address: `${name}@example.org`, token });
			ready.push({ browser, page, name });
		}
		const pages = await Promise.all(
			ready.map(({ browser, page, name }) =>
				browser.press(page, "Create account", { username: name, password, terms: "yes" }),
			),
		);
		assert.equal(pages.filter(({ url }) => url.pathname === "/account/").length, 1);
		const made = (await server.rows("accounts")).filter(({ localpart }) => names.includes(String(localpart)));
		assert.equal(made.length, 1);
	});
});

test("where no address is asked for there is no such page", async () => {
	await using server = await startServer({ email: mailNowhere });
	const { status } = await server.browser().send("/register/code");
	assert.equal(status, 404);
});
