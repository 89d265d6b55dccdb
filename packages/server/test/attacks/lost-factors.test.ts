/** Somebody says to have lost every second factor, and is the person, or knows the password, or reads the mail. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AttackWorld, openAttackWorld } from "../support/attack-world.ts";
import { makeRecoveryCodes, scan, setUpCodes } from "../support/codes.ts";
import type { FormBrowser } from "../support/form-browser.ts";
import { type LostWay, lostWay } from "../support/lost-factors.ts";
import { lossLink } from "../support/lost-factors-rows.ts";
import { startMailServer, type TestMailServer } from "../support/mail-server.ts";
import { operatorCommand } from "../support/operator-command.ts";
import { password } from "../support/server.ts";
import { addPasskey } from "../support/software-passkey.ts";
import { everyRow } from "../support/storage.ts";
import { until } from "../support/until.ts";

const hour = 3_600_000;
const day = 24 * hour;
const next = "another battery staple";

/** Tries are counted, and the use of an app's token is noted a moment after its answer. */
const notedLater = /^(attempts|access_tokens|sessions) /;

describe("who has lost every second factor", () => {
	let mails: TestMailServer;
	let world: AttackWorld;
	let way: LostWay;
	before(async () => {
		mails = await startMailServer();
		world = await openAttackWorld({ email: mails.config });
		way = lostWay(world, mails);
	});
	after(async () => {
		await world[Symbol.asyncDispose]().finally(() => mails.close());
	});

	const idOf = async (localpart: string) =>
		String((await world.server.rows("accounts")).find((row) => row.localpart === localpart)?.id);
	const rowsOf = async (table: string, localpart: string) => {
		const id = await idOf(localpart);
		return (await world.server.rows(table)).filter((row) => row.account_id === id);
	};
	const kindsOf = async (localpart: string) =>
		(await rowsOf("security_events", localpart)).map(({ kind }) => String(kind));
	/** Somebody with an app for codes, and an old address. */
	const twofold = async (localpart: string) => {
		const { browser, address } = await way.person(localpart);
		const app = await setUpCodes(browser, world.now());
		world.advance(60_000);
		return { browser, address, app };
	};
	const setByMail = async (address: string, chosen = next) => {
		const nth = (await mails.lettersTo(address, 0, /^A new password/)).length + 1;
		const thief = world.server.browser();
		await thief.press(await thief.open("/account/forgotten-password"), "Send the link", { who: address });
		const letter = (await mails.lettersTo(address, nth, /^A new password/))[nth - 1];
		const link = /\/account\/new-password\/\S+/.exec(letter?.mail.text ?? "")?.[0] ?? assert.fail();
		const done = await thief.press(await thief.open(link), "Set password", { password: chosen });
		assert.equal(done.title, "Your password is set");
	};
	const linkOf = (step: "begin" | "finish", localpart: string, key: string) =>
		lossLink(world.server, { step, localpart, key });
	const isGone = async (link: string) => (await world.server.browser().open(link)).status === 404;

	test("gets back by the password, a letter, seven days and another letter, told at each step; apps stay", async () => {
		const { server } = world;
		const { browser, address } = await way.person("anna");
		const second = "anna.second@example.org";
		await server.change(`INSERT INTO account_emails (account_id, address, address_key, added_at, verified_at)
			SELECT id, '${second}', '${second}', 1, 1 FROM accounts WHERE localpart = 'anna'`);
		const phone = await server.loginDevice({ localpart: "anna", browser });
		await setUpCodes(browser, world.now());
		const { browser: fresh, page } = await way.halfway("anna");
		assert.match(page.text, /href="\/login\/lost"/);
		assert.equal((await fresh.open("/login/lost")).title, "Have you lost all passkeys and codes?");
		const link = await way.ask("anna", address);
		assert.match(link, /^\/account\/lost-factors\//);
		const begun = await way.begin(link, address);
		assert.deepEqual([begun.status, begun.title], [200, "The waiting time runs"]);
		await mails.lettersTo(second, 1, /^By a letter to your e-mail address/);
		assert.match(
			(await browser.open("/account/")).text,
			/Somebody says that your passkeys and codes are lost/,
		);
		assert.equal((await fresh.open("/login/lost")).title, "The waiting time runs");
		const last = await way.waitFor(address);
		await mails.lettersTo(second, 1, /^Tomorrow the seven days are over/);
		assert.notEqual(last, link);
		assert.equal((await server.browser().open(link)).title, "The waiting time is over");
		const done = await way.finish(last);
		assert.deepEqual([done.status, done.title], [200, "Your passkeys and codes are gone"]);
		await mails.lettersTo(second, 1, /^All passkeys and codes were taken away/);
		assert.deepEqual(await rowsOf("one_time_codes", "anna"), []);
		assert.equal((await browser.open("/account/")).url.pathname, "/login", "browsers are signed out");
		const again = await server.signIn("anna");
		assert.equal((await again.open("/account/")).url.pathname, "/account/", "the password is enough");
		const { status } = await server.call(await world.renew(phone), "GET", "account/whoami");
		assert.equal(status, 200, "apps stay");
		assert.equal((await server.browser().open(last)).title, "Your passkeys and codes are gone");
		const kinds = await kindsOf("anna");
		for (const kind of ["asked", "begun", "soon", "taken"])
			assert.equal(kinds.filter((one) => one === `factors-lost-${kind}`).length, 1, kind);
	});

	test("the second letter says how long it is good, sent once more too", async () => {
		const { address } = await twofold("bella");
		await way.begin(await way.ask("bella", address), address);
		await way.waitFor(address);
		await way.pass(3 * day);
		const { browser } = await way.halfway("bella");
		await browser.press(await browser.open("/login/lost"), /^Send the letter/);
		const letters = await mails.lettersTo(address, 2, /can be taken away now/);
		for (const [nth, days] of [7, 4].entries())
			assert.match(letters[nth]?.mail.text ?? "", new RegExp(`It works once, within ${days} days, and`));
	});

	test("a scanner of mail opens both letters, and nothing changes", async () => {
		const { server } = world;
		const { address } = await twofold("berta");
		const place = { dataDirectory: server.dataDirectory, database: server.database };
		const scan = async (link: string) => {
			await way.pass(0);
			const kept = async () => (await everyRow(place)).filter((row) => !notedLater.test(row));
			const earlier = await kept();
			for (const method of ["GET", "HEAD", "GET", "OPTIONS"]) await server.browser().send(link, { method });
			assert.deepEqual(await kept(), earlier);
		};
		const link = await way.ask("berta", address);
		await scan(link);
		await way.begin(link, address);
		const last = await way.waitFor(address);
		await scan(last);
		assert.equal((await way.finish(last)).title, "Your passkeys and codes are gone");
	});

	test("who reads the mailbox sets the password by it, and not then the second factor", async () => {
		const { address, app } = await twofold("carl");
		await setByMail(address);
		const { browser: thief, page } = await way.halfway("carl", next);
		assert.equal(page.url.pathname, "/login/second");
		assert.doesNotMatch(page.text, /\/login\/lost/);
		assert.equal((await thief.open("/login/lost")).title, "There is no such way for this account");
		// The form of another account's page, in the browser of this one.
		const other = await twofold("carla");
		const { browser: theirs } = await way.halfway("carla");
		const form = (await theirs.open("/login/lost")).forms.find(({ action }) => action === "/login/lost");
		await thief.open("/login");
		const crossed = await thief.send("/login/lost", {
			...{ method: "POST", body: new URLSearchParams(form?.fields ?? {}) },
		});
		assert.equal(crossed.status, 403);
		await way.pass(60 * day);
		const later = await way.halfway("carl", next);
		assert.equal(
			(await later.browser.open("/login/lost")).title,
			"There is no such way for this account",
			"however long it has been set",
		);
		assert.deepEqual(await rowsOf("factor_losses", "carl"), []);
		// Who shows both is the person, and the password is theirs.
		const both = await later.browser.press(later.page, "Continue", { code: app.at(world.now()) });
		assert.equal(both.url.pathname, "/account/");
		const { page: again } = await way.halfway("carl", next);
		assert.match(again.text, /\/login\/lost/);
		assert.ok(other.address);
	});

	test("a passkey that signs in does not vouch for a password that somebody set by mail", async () => {
		const { server } = world;
		const { browser, address } = await way.person("cora");
		const passkey = await addPasskey(browser, { base: server.url });
		await setByMail(address);
		const own = server.browser();
		const page = await own.open("/login");
		const signedIn = await own.press(page, "Use a passkey", { passkey: passkey.answer(page) });
		assert.equal(signedIn.url.pathname, "/account/");
		const { browser: thief } = await way.halfway("cora", next);
		assert.equal((await thief.open("/login/lost")).title, "There is no such way for this account");
	});

	test("a password that is set by mail while the time runs, or after it, ends it", async () => {
		const { address } = await twofold("dora");
		const link = await way.ask("dora", address);
		await setByMail(address);
		assert.ok(await isGone(link), "before it begins");
		const { address: mine } = await twofold("doris");
		await way.begin(await way.ask("doris", mine), mine);
		const last = await way.waitFor(mine);
		await setByMail(mine);
		assert.ok(await isGone(last));
		assert.equal((await rowsOf("one_time_codes", "doris")).length, 1);
	});

	test("an address that was just added gets no link, and does not do by itself; it is told of what waits", async () => {
		const { server } = world;
		const { address } = await twofold("emil");
		const young = "emil.young@example.org";
		const add = async (key: string, at: number, who: string) =>
			server.change(`INSERT INTO account_emails (account_id, address, address_key, added_at, verified_at)
				SELECT id, '${key}', '${key}', ${at}, ${at} FROM accounts WHERE localpart = '${who}'`);
		await add(young, world.now() - 30 * day + hour, "emil");
		await way.begin(await way.ask("emil", address), address);
		await mails.lettersTo(young, 1, /^By a letter to your e-mail address/);
		assert.deepEqual(await mails.lettersTo(young, 0, /^Have you lost/), []);
		assert.ok(await isGone(await linkOf("finish", "emil", young)), "nor is a link for it good");
		await way.waitFor(address);
		assert.deepEqual(await mails.lettersTo(young, 0, /can be taken away now/), []);
		await twofoldWithout("ella");
		await add("ella.young@example.org", world.now() - 30 * day + hour, "ella");
		const { browser, page } = await way.halfway("ella");
		assert.doesNotMatch(page.text, /\/login\/lost/);
		assert.equal((await browser.open("/login/lost")).title, "There is no such way for this account");
		world.advance(hour);
		assert.match((await way.halfway("ella")).page.text, /\/login\/lost/);
	});
	const twofoldWithout = async (localpart: string) => {
		const browser = await world.server.register(localpart);
		await setUpCodes(browser, world.now());
		return browser;
	};

	const stops: Readonly<Record<string, (it: Stopping) => Promise<unknown>>> = {
		async "signing in with a code"({ localpart, app }) {
			const { browser, page } = await way.halfway(localpart);
			const signedIn = await browser.press(page, "Continue", { code: app.at(world.now()) });
			assert.equal(signedIn.url.pathname, "/account/");
		},
		async "signing in with a recovery code"({ localpart, codes }) {
			const { browser, page } = await way.halfway(localpart);
			assert.equal(
				(await browser.press(page, "Continue", { code: codes[0] ?? "" })).url.pathname,
				"/account/",
			);
		},
		async "a passkey"({ passkey }) {
			const browser = world.server.browser();
			const page = await browser.open("/login");
			await browser.press(page, "Use a passkey", { passkey: passkey.answer(page) });
		},
		async "any browser that is signed in, without a proof"({ browser }) {
			const page = await browser.open("/account/lost-factors");
			assert.equal((await browser.press(page, "End it")).url.pathname, "/account/security");
		},
		async "“this was not me” in a letter"({ address }) {
			const [letter] = await mails.lettersTo(address, 1, /^By a letter to your e-mail address/);
			const link = /\/account\/not-me\/\S+/.exec(letter?.mail.text ?? "")?.[0] ?? assert.fail();
			const anybody = world.server.browser();
			assert.equal((await anybody.press(await anybody.open(link), "This was not me")).title, "Done");
		},
		"a lock": ({ localpart }) => operatorCommand(world.server, "users", "lock", localpart),
		"the address taken off the account": ({ address }) =>
			world.server.change(`DELETE FROM account_emails WHERE address_key = '${address}'`),
	};
	interface Stopping {
		readonly localpart: string;
		readonly browser: FormBrowser;
		readonly address: string;
		readonly app: Awaited<ReturnType<typeof setUpCodes>>;
		readonly codes: readonly string[];
		readonly passkey: Awaited<ReturnType<typeof addPasskey>>;
	}
	for (const [index, [what, stop]] of Object.entries(stops).entries()) {
		test(`the time ends with ${what}, and neither letter is good for anything`, async () => {
			const localpart = `stopped${index}`;
			const { browser, address } = await way.person(localpart);
			const passkey = await addPasskey(browser, { base: world.server.url });
			const asked = await browser.open("/account/proofs/new-codes");
			const shown = await browser.press(asked, "Continue", { passkey: passkey.answer(asked) });
			const app = scan(shown);
			await browser.press(shown, "Use this app", { code: app.at(world.now()) });
			world.advance(60_000);
			const codes = await makeRecoveryCodes(browser, { password, code: app.at(world.now()) });
			world.advance(60_000);
			const link = await way.ask(localpart, address);
			await way.begin(link, address);
			const finishing = await linkOf("finish", localpart, address);
			await stop({ localpart, browser, address, app, codes, passkey });
			for (const one of [link, finishing]) assert.ok(await isGone(one), one);
			await way.pass(8 * day);
			assert.ok(await isGone(finishing));
			assert.equal((await rowsOf("one_time_codes", localpart)).length, 1);
		});
	}

	test("before seven days nothing is taken away, whoever has the link and the password", async () => {
		const { address } = await twofold("fritz");
		const link = await way.ask("fritz", address);
		const early = await linkOf("finish", "fritz", address);
		const [form] = (await world.server.browser().open(link)).forms;
		assert.ok(form);
		await way.begin(link, address);
		for (const wait of [0, 6 * day, day - hour]) {
			await way.pass(wait);
			if (wait > 0) await until(async () => (await kindsOf("fritz")).includes("factors-lost-soon"));
			const browser = world.server.browser();
			const page = await browser.open(early);
			assert.deepEqual([page.title, page.forms.length], ["The waiting time runs", 0]);
			assert.equal((await rowsOf("one_time_codes", "fritz")).length, 1);
		}
	});

	test("takes them with the right password alone, once of many at the same time, and not after a week", async () => {
		const { server } = world;
		const { address } = await twofold("gerd");
		await way.begin(await way.ask("gerd", address), address);
		const last = await way.waitFor(address);
		const refused = await way.finish(last, "not the right one");
		assert.deepEqual([refused.status, refused.title], [403, "Take all passkeys and codes away?"]);
		assert.equal((await rowsOf("one_time_codes", "gerd")).length, 1);
		const opened = await Promise.all(
			Array.from({ length: 4 }, async () => {
				const browser = server.browser();
				return { browser, page: await browser.open(last) };
			}),
		);
		const pages = await Promise.all(
			opened.map(({ browser, page }) => browser.press(page, "Take them away", { password })),
		);
		assert.ok(pages.every(({ title }) => title === "Your passkeys and codes are gone"));
		const taken = (await kindsOf("gerd")).filter((kind) => kind === "factors-lost-taken");
		assert.equal(taken.length, 1);
		const late = await twofold("gisa");
		await way.begin(await way.ask("gisa", late.address), late.address);
		const link = await way.waitFor(late.address);
		await way.pass(7 * day - hour);
		assert.equal((await server.browser().open(link)).status, 200);
		world.advance(hour);
		assert.ok(await isGone(link));
		assert.equal((await rowsOf("one_time_codes", "gisa")).length, 1);
	});

	test("links are one person's: forged, cut, of another step or address, they open nothing", async () => {
		const { address } = await twofold("hans");
		const link = await way.ask("hans", address);
		const end = link.slice(0, -1);
		for (const forged of [`${link}A`, end, `${end}${link.endsWith("A") ? "B" : "A"}`, `${link}.x`])
			assert.ok(await isGone(forged), forged);
		assert.ok(await isGone(await linkOf("begin", "hans", "hans@elsewhere.example")));
	});

	test("letters are five a day, and none for who has not entered the password", async () => {
		await using quiet = await openAttackWorld({ email: mails.config });
		const { server } = quiet;
		const theirs = lostWay(quiet, mails);
		const { browser: own, address } = await theirs.person("ines");
		await setUpCodes(own, quiet.now());
		const stranger = server.browser();
		assert.equal((await stranger.open("/login/lost")).url.pathname, "/login");
		const statuses = [];
		for (let nth = 0; nth < 6; nth++) {
			const { browser } = await theirs.halfway("ines");
			const page = await browser.open("/login/lost");
			statuses.push((await browser.press(page, /^Send the letter/)).status);
			quiet.advance(60_001);
		}
		assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429]);
		assert.equal((await mails.lettersTo(address, 5, /^Have you lost/)).length, 5);
		const [form] = (await stranger.open("/login")).forms;
		const body = new URLSearchParams({ csrf: form?.fields.csrf ?? "" });
		assert.equal((await stranger.send("/login/lost", { method: "POST", body })).status, 403);
	});
});
