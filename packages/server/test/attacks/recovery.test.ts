/** A stranger asks for links, opens them, guesses them, and wants to know who there is. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setUpCodes } from "../support/codes.ts";
import type { FormBrowser } from "../support/form-browser.ts";
import { addressOf } from "../support/forms-under-attack.ts";
import { startMailServer, type TestMailServer } from "../support/mail-server.ts";
import { password, type RunningServer, startServer } from "../support/server.ts";
import { everyRow } from "../support/storage.ts";
import { until } from "../support/until.ts";

const next = "another battery staple";

describe("a link for a password, by mail", () => {
	let mails: TestMailServer;
	let server: RunningServer;
	before(async () => {
		mails = await startMailServer();
		server = await startServer({ email: mails.config });
	});
	after(async () => {
		await server.close();
		await mails.close();
	});

	const person = async (localpart: string) => {
		await server.register(localpart);
		return decodeURIComponent((await addressOf(server, localpart)).split("/").at(-1) ?? "");
	};
	const ask = async (browser: FormBrowser, who: string) =>
		browser.press(await browser.open("/account/forgotten-password"), "Send the link", { who });
	const linkTo = async (address: string) => {
		const [letter] = await mails.lettersTo(address, 1, /^A new password/);
		return /\/account\/new-password\/\S+/.exec(letter?.mail.text ?? "")?.[0] ?? assert.fail();
	};

	test("opened by a scanner of mail, however often, changes nothing and still works", async () => {
		const address = await person("scanned");
		await ask(server.browser(), address);
		const link = await linkTo(address);
		const place = { dataDirectory: server.dataDirectory, database: server.database };
		await until(async () => (await server.rows("mail_tasks")).length === 0);
		const kept = async () => (await everyRow(place)).filter((row) => !row.startsWith("attempts "));
		const earlier = await kept();
		for (const method of ["GET", "HEAD", "GET", "OPTIONS", "GET"])
			await server.browser().send(link, { method });
		assert.deepEqual(await kept(), earlier);
		const browser = server.browser();
		const done = await browser.press(await browser.open(link), "Set password", { password: next });
		assert.equal(done.title, "Your password is set");
	});

	test("is one person's: forged, cut, of another or used before, it opens nothing", async () => {
		const [mine, theirs] = [await person("mallory"), await person("victim")];
		await ask(server.browser(), mine);
		const link = await linkTo(mine);
		await ask(server.browser(), theirs);
		const victims = await linkTo(theirs);
		for (const forged of [
			`${link}A`,
			link.slice(0, -1),
			link.replace(/.$/, (last) => (last === "A" ? "B" : "A")),
		])
			assert.equal((await server.browser().open(forged)).status, 404, forged);
		const browser = server.browser();
		const page = await browser.open(link);
		const [form = assert.fail()] = page.forms;
		const body = new URLSearchParams({ ...form.fields, username: "victim", password: next });
		const crossed = await browser.send(victims, { method: "POST", body });
		assert.equal(crossed.status, 403, "a form is for the link it was shown for");
		assert.equal((await browser.send(form.action, { method: "POST", body })).status, 200);
		assert.equal((await server.browser().open(link)).status, 404);
		const victim = server.browser();
		const signedIn = await victim.press(await victim.open("/login"), "Sign in", {
			username: "victim",
			password,
		});
		assert.equal(signedIn.url.pathname, "/account/", "it set the password of its own account alone");
		assert.equal((await server.browser().open(victims)).status, 200);
	});

	test("takes no second factor away: whoever reads the mailbox and sets the password is asked for the code", async () => {
		const address = await person("twofold");
		await setUpCodes(await server.signIn("twofold"), Date.now() + 30_000);
		await ask(server.browser(), address);
		const thief = server.browser();
		const done = await thief.press(await thief.open(await linkTo(address)), "Set password", {
			password: next,
		});
		assert.equal(done.title, "Your password is set");
		const named = { username: "twofold", password: next };
		const second = await thief.press(await thief.open("/login"), "Sign in", named);
		assert.deepEqual([second.url.pathname, second.title], ["/login/second", "One more step"]);
		assert.equal((await thief.press(second, "Continue", { code: "none-of-theirs" })).status, 403);
		assert.equal((await thief.open("/account/")).url.pathname, "/login");
		assert.equal((await server.rows("one_time_codes")).length, 1);
	});

	test("goes to the mailbox that was confirmed, not to one whose name only looks the same", async () => {
		await person("ida");
		await server.change(
			"UPDATE account_emails SET address = 'ida@i.org', address_key = 'ida@i.org' WHERE address LIKE 'ida%'",
		);
		for (const typed of [
			"\u0131da@i.org",
			"ida@i.org, eve@evil.example",
			"ida@i.org\r\nBcc: eve@evil.example",
		])
			await ask(server.browser(), typed);
		await ask(server.browser(), "IDA@I.org");
		await mails.lettersTo("ida@i.org");
		await until(async () => (await server.rows("recovery_askings")).length === 0);
		const reached = new Set(mails.letters.flatMap(({ to }) => to));
		assert.ok(![...reached].some((to) => to.includes("evil") || to.includes("\u0131")), [...reached].join());
	});

	test("is asked for alike by who has an account and who has none: one answer, one row, nobody looked up", async () => {
		const known = await person("known");
		const answers = [];
		for (const who of [known, "known", "unknown", "unknown@example.org"]) {
			const browser = server.browser();
			const page = await browser.open("/account/forgotten-password");
			const [form = assert.fail()] = page.forms;
			const body = new URLSearchParams({ ...form.fields, who });
			const answer = await browser.send(form.action, { method: "POST", body });
			const headers = [...answer.headers].filter(
				([name]) => !["date", "content-security-policy"].includes(name),
			);
			const text = (await answer.text()).replaceAll(/nonce="[^"]*"/g, "");
			answers.push(JSON.stringify({ status: answer.status, headers, text }));
		}
		assert.equal(new Set(answers).size, 1);
	});

	test("is sent five times an hour for what is typed, and then for nobody: known or not", async () => {
		await using quiet = await startServer({ email: mails.config });
		await quiet.register("flooded");
		const address = decodeURIComponent((await addressOf(quiet, "flooded")).split("/").at(-1) ?? "");
		for (const who of [address, "nobody-floods@example.org"]) {
			const statuses = [];
			for (let nth = 0; nth < 6; nth++)
				statuses.push((await ask(quiet.browser(), nth % 2 === 0 ? who : who.toUpperCase())).status);
			assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429], who);
		}
		// However a name is written, it is one person's.
		const spellings = [
			"flooded",
			"@flooded",
			"Flooded:localhost",
			"mxid:@flooded:localhost",
			"flo\u200boded",
		];
		for (const [nth, who] of [...spellings, "flood\u00aded\u0000"].entries())
			assert.equal((await ask(quiet.browser(), who)).status, nth < 5 ? 200 : 429, who);
		assert.equal((await mails.lettersTo(address, 10, /^A new password/)).length, 10);
	});
});
