/** The approval page as a person meets it: without script, on a phone, with the keyboard alone, as somebody else. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import {
	type App,
	answer,
	approveLabel,
	type BrowserWorld,
	heading,
	openBrowserWorld,
	refuseLabel,
	signIn,
} from "../support/browser-world.ts";
import { desk, needsChromium, phone } from "../support/chromium.ts";
import { focusOn } from "../support/keyboard.ts";
import { password } from "../support/server.ts";

describe("the approval page in a browser", needsChromium, () => {
	let world: BrowserWorld;
	let alice: App;

	before(async () => {
		world = await openBrowserWorld();
		alice = await world.person("alice");
	});
	after(() => world[Symbol.asyncDispose]());

	for (const [name, options] of [
		["at 390 px", {}],
		["at 390 px without script", { javaScriptEnabled: false }],
		["on a desk without script", { javaScriptEnabled: false, viewport: desk }],
	] as const) {
		test(`the whole reset ${name}`, async () => {
			const { url } = await alice.ask(name);
			const page = await world.chromium.window(options);
			await page.goto(url);
			await heading(page, "Sign in");
			await signIn(page, "alice");
			await heading(page, "Replace your digital identity?");
			await answer(page, approveLabel);
			await heading(page, "Approved. Waiting for the app");
			assert.equal((await alice.upload(name)).status, 200);
			await heading(page, "Almost done: the app is finishing");
			await alice.finish(name);
			await heading(page, "Your digital identity is replaced");
			assert.equal(pathOf(page.url()), pathOf(url), "the page stays where it is");
			assert.deepEqual(world.chromium.complaints(), []);
			await page.context().close();
		});
	}

	test("on a phone it is two looks long, and the fingerprint and both answers are one", async () => {
		const page = await world.signedIn("alice");
		await page.goto((await alice.ask("measured")).url);
		const proved = await measure(page);
		world.advance(5 * 60_000 + 1);
		await page.goto((await alice.ask("measured")).url);
		await page.getByLabel("Your password").waitFor();
		for (const { height, firstRefuse, fingerprint, approve, refuse } of [proved, await measure(page)]) {
			assert.ok(firstRefuse <= phone.height, `refusing ends at ${firstRefuse}`);
			assert.ok(height <= 2 * phone.height, `the page is ${height} long`);
			assert.ok(fingerprint < approve && approve < refuse, "each after the other");
			assert.ok(refuse - fingerprint <= phone.height / 1.5, `${fingerprint} to ${refuse}`);
			assert.ok(refuse <= 2 * phone.height - 100, `the last answer ends at ${refuse}`);
		}
		await page.context().close();
	});

	test("with warnings, too, the fingerprint and both answers are one look", async () => {
		const fresh = await world.app({ localpart: "alice", deviceId: "NEWCOMER01", clientName: "Another App" });
		await fresh.upload("one of two");
		const page = await world.signedIn("alice");
		await page.goto((await fresh.ask("two of two")).url);
		await page.getByText("Look twice").waitFor();
		const { firstRefuse, fingerprint, refuse } = await measure(page);
		assert.ok(firstRefuse <= 1.5 * phone.height, `refusing ends at ${firstRefuse}`);
		assert.ok(refuse - fingerprint <= phone.height / 1.5, `${fingerprint} to ${refuse}`);
		await page.context().close();
	});

	test("a question that stays open tells when the app stops asking, and keeps what is being typed", async () => {
		const { url } = await alice.ask("left alone");
		const page = await world.signedIn("alice");
		await page.clock.install();
		world.advance(6 * 60_000);
		await alice.upload("left alone");
		await page.goto(url);
		await page.getByText("The app is waiting for your answer.").waitFor();
		const typed = page.getByLabel("Your password").first();
		await typed.fill("half of a passw");
		world.advance(31_000);
		await page.clock.runFor(10_000);
		await page.getByText("The app has stopped asking.").waitFor();
		assert.equal(await typed.inputValue(), "half of a passw");
		await alice.upload("left alone");
		await page.clock.runFor(10_000);
		await page.getByText("The app is waiting for your answer.").waitFor();
		world.advance(20 * 60_000);
		await page.clock.runFor(10_000);
		await page.getByText("This request is over, or was answered elsewhere.").waitFor();
		assert.equal(await typed.inputValue(), "half of a passw");
		await page.getByRole("link", { name: "See how it stands" }).click();
		await heading(page, "This request has run out");
		assert.deepEqual(world.chromium.complaints(), []);
		await page.context().close();
	});

	test("exact times are in the zone of the reader", async () => {
		const page = await world.signedIn("alice", { timezoneId: "Asia/Tokyo" });
		const time = page.locator("time").first();
		const at = new Date((await time.getAttribute("datetime")) ?? "");
		const tokyo = at.toLocaleString("en", { dateStyle: "medium", timeStyle: "long", timeZone: "Asia/Tokyo" });
		assert.equal(await time.getAttribute("title"), tokyo);
		assert.deepEqual(world.chromium.complaints(), []);
		await page.context().close();
	});

	test("refusing changes nothing, tells the app, and can be taken back by the person", async () => {
		const { url } = await alice.ask("refused");
		const page = await world.signedIn("alice");
		await page.goto(url);
		await answer(page, refuseLabel);
		await heading(page, "You refused");
		assert.equal((await alice.upload("refused")).status, 403);
		await answer(page, /^Ask me again$/);
		await heading(page, "Replace your digital identity?");
		assert.equal((await alice.upload("refused")).status, 401);
		await page.context().close();
	});

	test("a question left open runs out: the page says so, and an answer given then is none", async () => {
		const { url } = await alice.ask("left open");
		const page = await world.signedIn("alice");
		await page.goto(url);
		await heading(page, "Replace your digital identity?");
		world.advance(15 * 60_000 + 1);
		await answer(page, approveLabel);
		await heading(page, "This request has run out");
		assert.equal((await alice.upload("left open")).status, 401);
		assert.deepEqual(world.chromium.complaints(), []);
		await page.context().close();
	});

	test("an approval that is not used runs out before the eyes of the person", async () => {
		const { url } = await alice.ask("not used");
		const page = await world.signedIn("alice");
		await page.goto(url);
		await answer(page, approveLabel);
		await heading(page, "Approved. Waiting for the app");
		world.advance(10 * 60_000 + 1);
		await heading(page, "This request has run out");
		assert.equal((await alice.upload("not used")).status, 401);
		await page.context().close();
	});

	test("somebody else sees nothing of it, and gets to the request by switching the account", async () => {
		const { url } = await alice.ask("for alice alone");
		await world.server.register("mallory");
		const page = await world.signedIn("mallory");
		await page.goto(url);
		await heading(page, "There is no such request");
		assert.doesNotMatch(await page.content(), /alice|Example App/i);
		await page.getByRole("button", { name: "Switch account" }).click();
		await signIn(page, "alice");
		await heading(page, "Replace your digital identity?");
		assert.equal(pathOf(page.url()), pathOf(url));
		await page.context().close();
	});

	test("approving in a new browser creates no device and touches no list of devices", async () => {
		const watcher = await world.app({ localpart: "alice", deviceId: "ALICEWATCH" });
		const { url } = await alice.ask("no new device");
		const before = await deviceIds(watcher);
		const { next_batch: since } = (await watcher.call("GET", "sync?timeout=0")).body;
		const page = await world.chromium.window();
		await page.goto(url);
		await signIn(page, "alice");
		await heading(page, "Replace your digital identity?");
		await answer(page, approveLabel);
		await heading(page, "Approved. Waiting for the app");
		assert.deepEqual(await deviceIds(watcher), before);
		const { body } = await watcher.call("GET", `sync?timeout=0&since=${since}`);
		assert.deepEqual(body.device_lists?.changed ?? [], []);
		assert.deepEqual(body.device_lists?.left ?? [], []);
		await page.context().close();
	});

	test("with the keyboard alone: approving, the password typed", async () => {
		const { url } = await alice.ask("typed");
		const page = await world.signedIn("alice");
		world.advance(5 * 60_000 + 1);
		await page.goto(url);
		await focusOn(page, /^Your password$/);
		await page.keyboard.type(password);
		await focusOn(page, approveLabel);
		await page.keyboard.press("Enter");
		await heading(page, "Approved. Waiting for the app");
		await page.context().close();
	});

	test("with the keyboard alone: refusing, without a password", async () => {
		const { url } = await alice.ask("typed no");
		const page = await world.signedIn("alice");
		await page.goto(url);
		await focusOn(page, refuseLabel);
		await page.keyboard.press("Space");
		await heading(page, "You refused");
		await page.context().close();
	});

	test("Enter in the password field approves, and presses no other button", async () => {
		const { url } = await alice.ask("entered");
		const page = await world.signedIn("alice");
		world.advance(5 * 60_000 + 1);
		await page.goto(url);
		await page.getByLabel("Your password").fill(password);
		await page.keyboard.press("Enter");
		await heading(page, "Approved. Waiting for the app");
		await page.context().close();
	});
});

/** Where things end on the approval page that is open, and where the fingerprint begins, in px from the top. */
async function measure(page: Page) {
	const answers = page.getByRole("button", { name: refuseLabel });
	const [code, yes, first, last] = await Promise.all(
		[
			page.locator(".code"),
			page.getByRole("button", { name: approveLabel }),
			answers.first(),
			answers.last(),
		].map((it) => it.evaluate((element) => element.getBoundingClientRect().toJSON())),
	);
	const height = await page.evaluate<number>("document.documentElement.scrollHeight");
	return {
		...{ height, fingerprint: code.top, approve: yes.bottom, firstRefuse: first.bottom, refuse: last.bottom },
	};
}

async function deviceIds(app: App): Promise<readonly string[]> {
	const { body } = await app.call("GET", "devices");
	return body.devices.map((device: { readonly device_id: string }) => device.device_id).sort();
}

function pathOf(url: string): string {
	return new URL(url).pathname;
}
