/** People hear of what happens to their accounts, and whoever did it wants them not to, or wants their links. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AttackWorld, openAttackWorld } from "../support/attack-world.ts";
import { scan, setUpCodes } from "../support/codes.ts";
import type { FormBrowser, Page } from "../support/form-browser.ts";
import { addressOf, noticePathOf, objectionPath } from "../support/forms-under-attack.ts";
import { letterLink } from "../support/letter-link.ts";
import { startMailServer, type TestMailServer } from "../support/mail-server.ts";
import { password } from "../support/server.ts";
import { addPasskey } from "../support/software-passkey.ts";
import { everyRow } from "../support/storage.ts";
import { until } from "../support/until.ts";

describe("what a person is told of", () => {
	let mails: TestMailServer;
	let world: AttackWorld;
	before(async () => {
		mails = await startMailServer();
		world = await openAttackWorld({ email: mails.config });
	});
	after(async () => {
		await world[Symbol.asyncDispose]().finally(() => mails.close());
	});

	const person = async (localpart: string) => {
		const browser = await world.server.register(localpart);
		const address = decodeURIComponent((await addressOf(world.server, localpart)).split("/").at(-1) ?? "");
		return { browser, address };
	};
	/** Of the letter to that address whose subject begins so. */
	const letterOf = async (address: string, subject: RegExp) => {
		const find = () =>
			mails.letters.find(({ to, mail }) => to.includes(address) && subject.test(mail.subject ?? ""));
		await until(() => find() !== undefined);
		return find()?.mail ?? assert.fail();
	};
	const linkIn = (text: string | undefined) =>
		/\/account\/not-me\/\S+/.exec(text ?? "")?.[0] ?? assert.fail(text);
	const object = async (browser: FormBrowser, link: string): Promise<Page> =>
		browser.press(await browser.open(link), "This was not me");
	const addAddress = async (browser: FormBrowser, email: string) => {
		const isCode = /is your code/;
		const earlier = (await mails.lettersTo(email, 0, isCode)).length;
		const page = await browser.press(await browser.open("/account/email"), "Send a code", {
			email,
			password,
		});
		const codes = await mails.lettersTo(email, earlier + 1, isCode);
		await browser.press(page, "Confirm", { code: codes.at(-1)?.mail.subject?.slice(0, 6) ?? "" });
	};
	/** Confirmed ones of that person, oldest first. */
	const addressesOf = async (localpart: string) => {
		const id = (await world.server.rows("accounts")).find((row) => row.localpart === localpart)?.id;
		const rows = await world.server.rows("account_emails");
		return rows
			.filter((row) => row.account_id === id && row.verified_at !== null)
			.sort((one, other) => Number(one.added_at) - Number(other.added_at))
			.map((row) => row.address);
	};
	const whoami = async (device: Parameters<AttackWorld["server"]["call"]>[0]) =>
		(await world.server.call(device, "GET", "account/whoami")).status;

	test("a new app: a letter, whose link shows what it is about and signs that app out, and nobody in", async () => {
		const { server } = world;
		const { browser, address } = await person("nora");
		const own = await server.loginDevice({ localpart: "nora", browser });
		const thief = await server.loginDevice({ localpart: "nora", browser });
		await until(() => mails.letters.filter(({ to }) => to.includes(address)).length === 2);
		const letters = mails.letters.filter(({ to }) => to.includes(address));
		const event = (await server.rows("security_events")).find(
			(row) => row.kind === "device-signed-in" && row.device_id === thief.deviceId,
		);
		const letter = letters.find(({ mail }) => mail.text?.includes(String(event?.id))) ?? assert.fail();
		assert.match(letter.mail.text ?? "", /An app signed in, on \d{4}-\d\d-\d\d \d\d:\d\d UTC\./);
		const link = linkIn(letter.mail.text);
		const place = { dataDirectory: server.dataDirectory, database: server.database };
		await until(async () => (await server.rows("mail_tasks")).length === 0);
		// The first use of a token, here of the phone's, is noted after its answer.
		await until(async () =>
			(await server.rows("access_tokens")).some(({ first_used_at }) => first_used_at !== null),
		);
		const kept = async () => (await everyRow(place)).filter((row) => !row.startsWith("attempts "));
		const earlier = await kept();
		for (const method of ["GET", "HEAD", "GET"])
			assert.equal((await server.browser().send(link, { method })).status, 200, "a scanner of mail opens it");
		assert.deepEqual(await kept(), earlier);
		assert.match((await server.browser().open(link)).text, /@nora:localhost/);
		const stranger = server.browser();
		assert.equal((await object(stranger, link)).title, "Done");
		assert.deepEqual([await whoami(thief), await whoami(own)], [401, 200]);
		assert.equal((await browser.open("/account/")).url.pathname, "/login");
		assert.equal((await stranger.open("/account/")).url.pathname, "/login");
		const again = await server.signIn("nora");
		assert.equal((await server.browser().open(link)).title, "Done");
		assert.equal(
			(await again.open("/account/")).url.pathname,
			"/account/",
			"said once, it does nothing more",
		);
		assert.match((await again.open("/account/security")).text, /Somebody said of a line of this log/);
	});

	test("a request to replace the identity: the link refuses it, whoever may approve it", async () => {
		const { server } = world;
		const address = decodeURIComponent((await addressOf(server, "alice")).split("/").at(-1) ?? "");
		const thief = await server.loginDevice({ localpart: "alice", browser: world.alice });
		const { path } = await world.ask(thief, "of the thief");
		const letter = await letterOf(address, /^An app asked to replace/);
		assert.equal((await object(server.browser(), linkIn(letter.text))).title, "Done");
		const alice = await server.signIn("alice");
		const page = await alice.open(path);
		assert.doesNotMatch(page.text, /value="approve"/);
		assert.equal(await whoami(thief), 401);
		assert.equal(await whoami(world.phone), 200);
	});

	test("another password, another address, a closed account: a letter each; of the last one without a link", async () => {
		const { browser, address } = await person("olga");
		const changed = { current: password, password: "another battery staple" };
		await browser.press(await browser.open("/account/password"), "Change password", changed);
		linkIn((await letterOf(address, /^The password was changed/)).text);
		await browser.press(await browser.open("/account/deactivate"), /deactivate/i, {
			...{ username: "olga", password: "another battery staple" },
		});
		const last = await letterOf(address, /^The account was deactivated/);
		assert.doesNotMatch(last.text ?? "", /not-me/);
	});

	test("a link that is forged, cut, or put together of two is none, and a form is for its own", async () => {
		const { server } = world;
		const links: string[] = [];
		for (const name of ["pia", "quin"]) {
			const { browser } = await person(name);
			await server.loginDevice({ localpart: name, browser });
			links.push(await objectionPath(server, browser));
		}
		const [one = "", two = ""] = links;
		const crossed = `${one.split(".")[0]}.${two.split(".")[1]}`;
		for (const forged of [
			crossed,
			`${one}A`,
			one.slice(0, -1),
			`${one}.x`,
			one.split(".")[0] ?? "",
			"/account/not-me/.",
		])
			assert.equal((await server.browser().open(forged)).status, 404, forged);
		const browser = server.browser();
		const [form = assert.fail()] = (await browser.open(one)).forms;
		const body = new URLSearchParams(form.fields);
		assert.equal((await browser.send(two, { method: "POST", body })).status, 403);
		assert.equal((await browser.send(form.action, { method: "POST", body })).status, 200);
		assert.equal((await browser.send(form.action, { method: "POST", body })).status, 200, "sent twice");
	});

	test("an address of the thief's: the link takes it off the account, whose password no letter there sets", async () => {
		const { server } = world;
		const { browser, address } = await person("sara");
		const taken = "thief@example.org";
		await addAddress(browser, taken);
		const letter = await letterOf(address, /^An e-mail address was added/);
		assert.equal((await object(server.browser(), linkIn(letter.text))).title, "Done");
		assert.deepEqual(await addressesOf("sara"), [address]);
		const again = await server.signIn("sara");
		await addAddress(again, taken);
		assert.deepEqual(await addressesOf("sara"), [address, taken], "who means it adds it again");
	});

	test("the address of the person: the link in its last letter puts it back, and no one that another mailbox outlives", async () => {
		const { server } = world;
		const { browser, address } = await person("uma");
		const remove = async (signedIn: FormBrowser, email: string) =>
			signedIn.press(await signedIn.open(`/account/email/${encodeURIComponent(email)}`), "Remove", {
				password,
			});
		await addAddress(browser, "thief-of-uma@example.org");
		await remove(browser, address);
		assert.deepEqual(await addressesOf("uma"), ["thief-of-uma@example.org"]);
		const letter = await letterOf(address, /^This address was removed/);
		assert.equal((await object(server.browser(), linkIn(letter.text))).title, "Done");
		assert.deepEqual(
			new Set(await addressesOf("uma")),
			new Set(["thief-of-uma@example.org", address]),
			"confirmed, as it was",
		);
		assert.equal((await browser.open("/account/")).url.pathname, "/login");
		const { browser: given, address: read } = await person("vera");
		await addressOf(server, "vera");
		await remove(given, read);
		const last = await letterOf(read, /^This address was removed/);
		assert.equal((await object(server.browser(), linkIn(last.text))).title, "Done");
		assert.equal(
			(await addressesOf("vera")).includes(read),
			false,
			"whoever reads it gets no account by that",
		);
	});

	test("a passkey, codes and recovery codes of the thief's: the link takes each away, for a week", async () => {
		const { server } = world;
		const factors = async () => {
			const [passkeys, apps, codes] = await Promise.all(
				(["passkeys", "one_time_codes", "recovery_codes"] as const).map((table) => server.rows(table)),
			);
			return { passkeys: passkeys?.length, apps: apps?.length, codes: codes?.length };
		};
		const { browser, address } = await person("wanda");
		assert.deepEqual(await factors(), { passkeys: 0, apps: 0, codes: 0 });
		const passkey = await addPasskey(browser, { base: server.url });
		const shown = await browser.open("/account/proofs/recovery-codes");
		await browser.press(shown, "Make ten codes", { passkey: passkey.answer(shown) });
		const letters = [/^A passkey was added/, /^New recovery codes were made/];
		const [added = "", made = ""] = await Promise.all(
			letters.map(async (subject) => linkIn((await letterOf(address, subject)).text)),
		);
		assert.deepEqual(await factors(), { passkeys: 1, apps: 0, codes: 10 });
		await object(server.browser(), made);
		assert.deepEqual(await factors(), { passkeys: 1, apps: 0, codes: 0 });
		await object(server.browser(), added);
		assert.deepEqual(await factors(), { passkeys: 0, apps: 0, codes: 0 });
		// The password alone signs in, as before.
		const again = await server.signIn("wanda");
		await setUpCodes(again, world.now());
		const late = linkIn((await letterOf(address, /^One-time codes from an app were set up/)).text);
		world.advance(7 * 24 * 3_600_000);
		await object(server.browser(), late);
		assert.deepEqual(await factors(), { passkeys: 0, apps: 1, codes: 0 }, "a mailbox is not enough by then");
	});

	for (const [what, name, addFirst, subjects] of [
		["a second passkey", "yara", "passkey", [/^A passkey was added/, /^A passkey was added/]],
		["a passkey beside codes", "zeno", "codes", [/^One-time codes from an app/, /^A passkey was added/]],
	] as const)
		for (const order of ["first", "last"] as const)
			test(`${what} of the thief's does not outlive the one that made two factors of one, whose letter is read ${order}`, async () => {
				const { server } = world;
				const { browser, address } = await person(`${name}-${order}`);
				const base = server.url;
				if (addFirst === "passkey") {
					const first = await addPasskey(browser, { base, name: "first" });
					world.advance(1_000);
					await addPasskey(browser, { base, name: "second", by: first });
				} else {
					const app = await setUpCodes(browser, world.now());
					// A letter that is under way while a minute passes counts as lost, and is sent again later.
					await letterOf(address, subjects[0]);
					world.advance(60_000);
					await addPasskey(browser, { base, proof: { password, code: app.at(world.now()) } });
				}
				const id = (await server.rows("accounts")).find((row) => row.localpart === `${name}-${order}`)?.id;
				const lines = (await server.rows("security_events"))
					.filter((row) => row.account_id === id && /-added$/.test(String(row.kind)))
					.filter(({ kind }) => kind !== "address-added")
					.sort((one, other) => Number(one.at) - Number(other.at));
				assert.equal(lines.length, 2);
				assert.equal((await Promise.all(subjects.map((subject) => letterOf(address, subject)))).length, 2);
				for (const line of order === "first" ? lines : lines.reverse()) {
					const link = await letterLink(server, String(line.id));
					assert.equal((await object(server.browser(), link)).title, "Done");
				}
				for (const table of ["passkeys", "one_time_codes", "recovery_codes"] as const)
					assert.deepEqual(
						(await server.rows(table)).filter((row) => row.account_id === id),
						[],
						table,
					);
				const again = await server.signIn(`${name}-${order}`);
				assert.equal((await again.open("/account/")).url.pathname, "/account/", "the password does");
			});

	test("an app of codes that took the place of another stays: the mailbox is no way around the second factor", async () => {
		const { server } = world;
		const { browser, address } = await person("zora");
		const first = await setUpCodes(browser, world.now());
		await letterOf(address, /^One-time codes from an app were set up/);
		world.advance(31 * 24 * 3_600_000);
		const again = server.browser();
		const second = await again.press(await again.open("/login"), "Sign in", { username: "zora", password });
		await again.press(second, "Continue", { code: first.at(world.now()) });
		world.advance(60_000);
		const page = await again.open("/account/proofs/new-codes");
		const shown = await again.press(page, "Continue", { password, code: first.at(world.now()) });
		await again.press(shown, "Use this app", { code: scan(shown).at(world.now()) });
		const letters = await mails.lettersTo(address, 2, /^One-time codes from an app were set up/);
		await object(server.browser(), linkIn(letters.at(-1)?.mail.text));
		const id = (await server.rows("accounts")).find((row) => row.localpart === "zora")?.id;
		assert.equal((await server.rows("one_time_codes")).filter((row) => row.account_id === id).length, 1);
		const thief = server.browser();
		const halfway = await thief.press(await thief.open("/login"), "Sign in", { username: "zora", password });
		assert.equal(halfway.url.pathname, "/login/second");
	});

	test("who has the browser session alone objects to nothing; the person does, and stays signed in", async () => {
		const { server } = world;
		const { browser } = await person("xenia");
		const phone = await server.loginDevice({ localpart: "xenia", browser });
		const other = await server.signIn("xenia");
		const path = await noticePathOf(browser);
		const [form = assert.fail()] = (await browser.open(path)).forms;
		for (const entered of [{}, { password: "a guess" }]) {
			const body = new URLSearchParams({ ...form.fields, ...entered });
			assert.ok((await browser.send(path, { method: "POST", body })).status >= 400);
		}
		assert.equal(await whoami(phone), 200);
		const bob = await server.register("yves");
		assert.equal((await bob.open(path)).status, 404);
		const body = new URLSearchParams({ ...form.fields, password });
		assert.equal((await bob.send(path, { method: "POST", body })).status, 404);
		const done = await browser.press(await browser.open(path), "This was not me", { password });
		assert.equal(done.title, "Done");
		assert.equal(await whoami(phone), 401);
		assert.equal((await browser.open("/account/")).url.pathname, "/account/");
		assert.equal((await other.open("/account/")).url.pathname, "/login");
		assert.match((await browser.open(path)).text, /Change password/);
	});

	test("signing in where somebody has before is no news; from elsewhere it is", async () => {
		const { server } = world;
		const { browser, address } = await person("rosa");
		await server.signIn("rosa");
		assert.doesNotMatch((await browser.open("/account/")).text, /notices/);
		await server.change(
			"UPDATE security_events SET address = '192.0.2.77' WHERE kind IN ('signed-in', 'account-registered')",
		);
		await server.signIn("rosa");
		await letterOf(address, /^Somebody signed in on the account pages/);
		assert.match((await browser.open("/account/")).text, /notices/);
	});

	test("a place from where it was not them is known no more, however often the thief had been there", async () => {
		const { server } = world;
		const { address } = await person("tara");
		await server.change(`UPDATE security_events SET address = '192.0.2.78'
			WHERE account_id IN (SELECT id FROM accounts WHERE localpart = 'tara')`);
		const told = async () => {
			const notices = new Set((await server.rows("notices")).map((row) => row.event_id));
			const id = (await server.rows("accounts")).find((row) => row.localpart === "tara")?.id;
			const lines = (await server.rows("security_events")).filter((row) => row.account_id === id);
			return lines.filter((row) => row.kind === "signed-in" && notices.has(row.id)).length;
		};
		const signInTwice = async () => {
			world.advance(1_000);
			await server.signIn("tara");
			await server.signIn("tara");
		};
		await signInTwice();
		assert.equal(await told(), 1);
		const letter = await letterOf(address, /^Somebody signed in on the account pages/);
		await object(server.browser(), linkIn(letter.text));
		await signInTwice();
		assert.equal(await told(), 2, "what was not objected to is known again");
		await signInTwice();
		assert.equal(await told(), 2);
	});

	test("a wrong code beside the right password: a letter a day, and from a known place not before the third", async () => {
		const { server } = world;
		const day = 24 * 3_600_000;
		const { browser, address } = await person("bruno");
		const app = await setUpCodes(browser, world.now());
		const about = /^A wrong code was entered, by somebody who knew the password/;
		const told = async () => {
			const kinds = (await server.rows("security_events")).filter((row) => row.kind === "code-refused");
			const ids = new Set(kinds.map((row) => row.id));
			return (await server.rows("notices")).filter((row) => ids.has(row.event_id)).length;
		};
		const lines = async () =>
			(await server.rows("security_events")).filter((row) => row.kind === "code-refused").length;
		const guess = async () => {
			world.advance(60_000);
			const before = await lines();
			const other = server.browser();
			const named = { username: "bruno", password };
			const page = await other.press(await other.open("/login"), "Sign in", named);
			const wrong = `${(Number(app.at(world.now())) + 1) % 1_000_000}`.padStart(6, "0");
			assert.equal((await other.press(page, "Continue", { code: wrong })).status, 403);
			// The answer comes first.
			await until(async () => (await lines()) > before);
		};
		const toldAfter = async (guesses: number) => {
			for (let nth = 0; nth < guesses; nth++) await guess();
			return told();
		};
		assert.equal(await toldAfter(2), 0, "mistyped");
		assert.equal(await toldAfter(1), 1);
		// One minute allows five.
		assert.equal(await toldAfter(1), 1, "each guess a letter");
		await server.change(`UPDATE security_events SET address = '192.0.2.79'
			WHERE account_id IN (SELECT id FROM accounts WHERE localpart = 'bruno')`);
		world.advance(day);
		assert.equal(await toldAfter(1), 2, "from elsewhere");
		const letters = await mails.lettersTo(address, 2, about);
		const last = await object(server.browser(), linkIn(letters.at(-1)?.mail.text));
		assert.equal(last.title, "Done");
		assert.equal((await browser.open("/account/")).url.pathname, "/login");
	});
});
