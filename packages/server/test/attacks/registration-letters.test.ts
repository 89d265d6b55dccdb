/** Which letters to who registers leave, and what is said of those that do not. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startCaptchaService } from "../support/captcha-service.ts";
import { mailNowhere } from "../support/mail-nowhere.ts";
import { registrationCode } from "../support/registering.ts";
import { manners, sender } from "../support/sent-form.ts";
import { password, startServer } from "../support/server.ts";

const minute = 60_000;

async function openWorld({ hasCaptcha = false } = {}) {
	const service = hasCaptcha ? await startCaptchaService("turnstile") : undefined;
	let ahead = 0;
	const server = await startServer({
		...{ clock: () => Date.now() + ahead, registration: { needsAddress: true }, email: mailNowhere },
		...(service !== undefined && { captcha: service.config }),
	});
	return {
		server,
		solve: () => ({ "cf-turnstile-response": service?.solve() ?? assert.fail("no captcha") }),
		letters: async () => (await server.rows("mail_tasks")).length,
		advance(ms: number) {
			ahead += ms;
		},
		async [Symbol.asyncDispose]() {
			await server.close();
			await service?.[Symbol.asyncDispose]();
		},
	};
}

describe("another letter, with a captcha that was good once,", () => {
	const email = "carol@example.org";

	test("is not said to be on its way once the first one is a minute old, or a code was typed", async () => {
		for (const how of ["old", "tried"]) {
			await using world = await openWorld({ hasCaptcha: true });
			const browser = world.server.browser();
			const page = await browser.open("/register");
			const filled = { email, ...world.solve() };
			const asked = await browser.press(page, "Send a code", filled);
			assert.equal(asked.url.pathname, "/register/code");
			const twice = await browser.press(page, "Send a code", filled);
			assert.equal(twice.url.pathname, "/register/code", "this one is");
			if (how === "old") world.advance(minute + 1);
			else await browser.press(asked, "Go on", { code: "no code" });
			const again = await browser.press(page, "Send a code", filled);
			assert.equal(again.status, 400, how);
			assert.match(again.text, /The puzzle was not solved, or too long ago/);
			assert.match(again.text, /value="carol@example\.org"/);
			assert.equal(await world.letters(), 1);
			const other = await browser.press(again, "Send a code", { email, ...world.solve() });
			assert.equal(other.url.pathname, "/register/code");
			assert.equal(await world.letters(), 2);
		}
	});

	test("is not needed where the address was shown, however long ago", async () => {
		await using world = await openWorld({ hasCaptcha: true });
		const { server } = world;
		const browser = server.browser();
		const page = await browser.open("/register");
		const filled = { email, ...world.solve() };
		const asked = await browser.press(page, "Send a code", filled);
		await browser.press(asked, "Go on", { code: await registrationCode(server, email) });
		world.advance(30 * minute);
		const again = await browser.press(page, "Send a code", filled);
		assert.equal(again.url.pathname, "/register");
		assert.match(again.text, /Your e-mail address is <strong>carol@example\.org/);
	});
});

describe("the last letter that is allowed,", () => {
	const email = "dave@example.org";
	for (const [how, send] of Object.entries(manners))
		test(`asked for twice ${how}, is told of both times, and no other one leaves`, async () => {
			await using world = await openWorld();
			const { server } = world;
			for (let nth = 0; nth < 4; nth++) {
				const other = server.browser();
				await other.press(await other.open("/register"), "Send a code", { email });
			}
			const browser = server.browser();
			const page = await browser.open("/register");
			const told = await send(sender({ browser, page, label: "Send a code", filled: { email } }));
			const sent = told.filter((each) => each === "303 /register/code?next=%2Faccount%2F");
			// Two servers do not wait for each other: the second may be refused before the letter of the first is there.
			if (how === "at once" && server.database !== undefined) assert.ok(sent.length > 0);
			else assert.deepEqual(sent, told);
			const code = await browser.open("/register/code");
			assert.match(code.text, /dave@example\.org/);
			assert.equal(await world.letters(), 5);
			const late = server.browser();
			const refused = await late.press(await late.open("/register"), "Send a code", { email });
			assert.equal(refused.status, 429);
			world.advance(minute + 1);
			const another = await browser.press(page, "Send a code", { email });
			assert.equal(another.status, 429, "another one does not leave, and nobody is told that it did");
			assert.equal(await world.letters(), 5);
		});
});

describe("an address in a browser that several people use", () => {
	const email = "erin@example.org";
	const forget = "Not my address";

	test("is forgotten by whoever says that it is not theirs, shown or not, and makes no account there", async () => {
		for (const isShown of [false, true]) {
			await using world = await openWorld();
			const { server } = world;
			const browser = server.browser();
			const at = await browser.open("/register?next=/link&username=erin");
			const asked = await browser.press(at, "Send a code", { email });
			const code = await registrationCode(server, email);
			const page = isShown ? await browser.press(asked, "Go on", { code }) : asked;
			assert.match(page.text, /erin@example\.org/);
			const other = await browser.press(page, forget);
			assert.equal(`${other.url.pathname}${other.url.search}`, "/register?next=%2Flink");
			assert.deepEqual(await server.rows("begun_registrations"), []);
			for (const path of ["/register", "/register?again=1", "/register/code"])
				assert.doesNotMatch((await browser.open(path)).text, /erin/, path);
			if (!isShown) assert.match((await browser.press(asked, "Go on", { code })).text, /This code is over/);
			else {
				const made = await browser.press(page, "Create account", { username: "mallory", password });
				assert.match(made.text, /No account was made/);
			}
			assert.deepEqual(await server.rows("accounts"), []);
		}
	});

	test("is not filled in for who only comes by", async () => {
		await using world = await openWorld();
		const browser = world.server.browser();
		const asked = await browser.press(await browser.open("/register"), "Send a code", { email });
		assert.doesNotMatch((await browser.open("/register")).text, /erin/);
		assert.equal(asked.url.pathname, "/register/code");
		assert.match((await browser.open("/register?again=1")).text, /value="erin@example\.org"/);
	});

	for (const [how, send] of Object.entries(manners))
		test(`is forgotten twice ${how}, and what is begun after that stays`, async () => {
			await using world = await openWorld();
			const { server } = world;
			const browser = server.browser();
			const page = await browser.press(await browser.open("/register"), "Send a code", { email });
			const it = sender({ browser, page, label: forget });
			const late = await it.hold();
			const told = await send(it);
			assert.deepEqual(new Set(told), new Set(["303 /register?next=%2Faccount%2F"]));
			const next = { email: "frank@example.org" };
			await browser.press(await browser.open("/register"), "Send a code", next);
			assert.equal(await late(), "303 /register?next=%2Faccount%2F");
			const begun = await server.rows("begun_registrations");
			assert.deepEqual(
				begun.map((row) => row.address),
				["frank@example.org"],
			);
		});

	test("is forgotten by no form of another browser", async () => {
		await using world = await openWorld();
		const { server } = world;
		const browser = server.browser();
		const page = await browser.press(await browser.open("/register"), "Send a code", { email });
		const other = server.browser();
		await other.open("/register");
		const form = page.forms.find(({ action }) => action === "/register/not-you") ?? assert.fail();
		for (const [from, fields] of [
			[other, form.fields],
			[browser, { ...form.fields, csrf: page.forms[0]?.fields.csrf ?? "" }],
		] as const) {
			const body = new URLSearchParams(fields);
			assert.equal((await from.send(form.action, { method: "POST", body })).status, 403);
		}
		assert.equal((await server.rows("begun_registrations")).length, 1);
	});
});
