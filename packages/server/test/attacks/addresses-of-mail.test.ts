/** Somebody wants another's address, or another's account by an address. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { FormBrowser } from "../support/form-browser.ts";
import { startMailServer, type TestMailServer } from "../support/mail-server.ts";
import { password, type RunningServer, startServer } from "../support/server.ts";

describe("whose address it is", () => {
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

	const add = async (browser: FormBrowser, email: string) =>
		browser.press(await browser.open("/account/email"), "Send a code", { email, password });
	const codeTo = async (email: string, nth: number) => {
		const letter = (await mails.lettersTo(email, nth, /is your code/))[nth - 1];
		return letter?.mail.subject?.slice(0, 6) ?? assert.fail();
	};
	const owned = async (browser: FormBrowser) =>
		[...(await browser.open("/account/email")).text.matchAll(/<li><a href="[^"]*">([^<]*)<\/a><\/li>/g)].map(
			([, address]) => address,
		);

	test("is told to nobody who only asks, and stays so for who reads its mail until its owner lets it go", async () => {
		const alice = await server.register("alice");
		await alice.press(await add(alice, "shared@example.org"), "Confirm", {
			code: await codeTo("shared@example.org", 1),
		});
		const mallory = await server.register("mallory");
		const taken = await add(mallory, "Shared@example.org");
		const free = await add(mallory, "unknown@example.org");
		const plain = (text: string) =>
			text.replaceAll(
				/shared@example\.org|unknown@example\.org|%40|value="[^"]*"|nonce="[^"]*"|shared|unknown/gi,
				"",
			);
		assert.equal(plain(taken.text), plain(free.text), "one answer, whoever has it");
		const code = await codeTo("Shared@example.org", 1);
		const refused = await mallory.press(taken, "Confirm", { code });
		assert.match(refused.text, /Another account on this server has this address/);
		assert.deepEqual([await owned(mallory), await owned(alice)], [[], ["shared@example.org"]]);
		await alice.press(await alice.open("/account/email/shared%40example.org"), "Remove", { password });
		await mallory.press(await add(mallory, "shared@example.org"), "Confirm", {
			code: await codeTo("shared@example.org", 2),
		});
		assert.deepEqual([await owned(mallory), await owned(alice)], [["shared@example.org"], []]);
	});

	test("is not decided by a code that was sent to somebody else for the same address", async () => {
		const [carol, dave] = [await server.register("carol"), await server.register("dave")];
		await add(carol, "two@example.org");
		const carols = await codeTo("two@example.org", 1);
		const davesPage = await add(dave, "two@example.org");
		const daves = await codeTo("two@example.org", 2);
		assert.notEqual(carols, daves);
		assert.equal((await dave.press(davesPage, "Confirm", { code: carols })).status, 400);
		assert.equal((await dave.press(davesPage, "Confirm", { code: daves })).status, 200);
		assert.deepEqual(await owned(dave), ["two@example.org"]);
	});

	test("is free again once the account is closed, and not before", async () => {
		const erin = await server.register("erin");
		await erin.press(await add(erin, "erin@example.org"), "Confirm", {
			code: await codeTo("erin@example.org", 1),
		});
		await erin.press(await erin.open("/account/deactivate"), /deactivate/i, { username: "erin", password });
		assert.ok(!(await server.rows("account_emails")).some((row) => row.address === "erin@example.org"));
		const frank = await server.register("frank");
		await frank.press(await add(frank, "erin@example.org"), "Confirm", {
			code: await codeTo("erin@example.org", 2),
		});
		assert.deepEqual(await owned(frank), ["erin@example.org"]);
	});

	test("is changed by nobody in a browser left open: a link sent there would set the password", async () => {
		const heidi = await server.register("heidi");
		const page = await heidi.open("/account/email");
		assert.match(page.text, /name="password"/, "who has just signed in is asked all the same");
		const refused = await heidi.press(page, "Send a code", { email: "thief@example.org" });
		assert.equal(refused.status, 400);
		assert.ok(!(await server.rows("address_codes")).some((row) => row.address === "thief@example.org"));
	});

	test("no code stands in the data, nor anything by which it is found without the server's key", async () => {
		const grace = await server.register("grace");
		await add(grace, "grace@example.org");
		const code = await codeTo("grace@example.org", 1);
		for (const table of ["address_codes", "mail_tasks", "security_events"])
			assert.ok(!JSON.stringify(await server.rows(table)).includes(code), table);
	});
});
