/** A person with a passkey, in a real browser with an authenticator plugged in: made, used to sign in, and as a proof. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { plugIn } from "../support/authenticator.ts";
import {
	approveLabel,
	type BrowserWorld,
	heading,
	openBrowserWorld,
	signIn,
} from "../support/browser-world.ts";
import { needsChromium } from "../support/chromium.ts";
import { scan } from "../support/codes.ts";
import { password } from "../support/server.ts";

describe("passkeys in a browser", needsChromium, () => {
	let world: BrowserWorld;
	let ahead = 0;
	const wait = (ms: number) => {
		ahead += ms;
		world.advance(ms);
	};

	before(async () => {
		world = await openBrowserWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).click();
	const follow = (page: Page, name: string | RegExp) => page.getByRole("link", { name }).click();

	async function addPasskey(page: Page, name: string): Promise<void> {
		await page.goto(`${world.server.url}account/proofs`);
		await follow(page, "Add a passkey");
		await page.getByLabel("Name").fill(name);
		if ((await page.getByLabel("Your password").count()) > 0)
			await page.getByLabel("Your password").fill(password);
		await press(page, "Continue");
		await press(page, "Make the passkey");
		await heading(page, "Passkeys and codes");
		await page.getByRole("link", { name }).waitFor();
	}

	async function signOut(page: Page): Promise<void> {
		await page.goto(`${world.server.url}account/`);
		await press(page, /^Sign out/);
	}

	test("one is made, signs in without a name, and approves a reset", async () => {
		const phone = await world.person("alice");
		ahead += 30 * 60_000;
		const page = await world.signedIn("alice");
		const other = await world.signedIn("alice");
		const authenticator = await plugIn(page);
		await addPasskey(page, "My phone");
		assert.equal((await authenticator.credentials()).length, 1);
		await other.reload();
		await heading(other, "Sign in");

		await signOut(page);
		await press(page, "Use a passkey");
		await heading(page, "Your account");

		wait(5 * 60_000 + 1);
		const { url } = await phone.ask("second");
		await page.goto(url);
		const form = page.locator("form", { has: page.getByRole("button", { name: approveLabel }) }).first();
		assert.equal(await form.getByLabel("Your password").count(), 0);
		await authenticator.recognise(false);
		await form.getByRole("button", { name: approveLabel }).click();
		await page.getByText("Your browser gave no passkey. Try again.").first().waitFor();
		assert.equal((await phone.upload("second")).status, 401);
		await authenticator.recognise(true);
		await form.getByRole("button", { name: approveLabel }).click();
		await page.getByText("Approved").first().waitFor();
		assert.equal((await phone.upload("second")).status, 200);
		assert.deepEqual(world.chromium.complaints(), []);
		for (const window of [page, other]) await window.context().close();
	});

	test("the browser offers one where the name is typed", async () => {
		await world.server.register("bea");
		const page = await world.signedIn("bea");
		const authenticator = await plugIn(page, { isOffered: true });
		await addPasskey(page, "Bea's key");
		const events = page.waitForResponse(/\/login\/passkey$/);
		await signOut(page);
		assert.equal((await events).status(), 303);
		await heading(page, "Your account");
		assert.equal((await authenticator.credentials())[0]?.signCount, 2);
		assert.deepEqual(world.chromium.complaints(), []);
		await page.context().close();
	});

	test("the password is the first of two steps, and the passkey the second", async () => {
		await world.server.register("cleo");
		const page = await world.signedIn("cleo");
		const authenticator = await plugIn(page);
		await addPasskey(page, "Key one");
		const [kept] = await authenticator.credentials();
		await authenticator.clear();
		await signOut(page);
		await signIn(page, "cleo");
		await heading(page, "One more step");
		await press(page, "Continue");
		await page.getByText("Your browser gave no passkey. Try again.").waitFor();
		await authenticator.add(kept ?? assert.fail());
		await press(page, "Continue");
		await heading(page, "Your account");
		await follow(page, "Passkeys and codes");
		await follow(page, "Key one");
		await press(page, "Remove passkey");
		await page.getByText("You have no passkey yet.").waitFor();
		await signOut(page);
		await signIn(page, "cleo");
		await heading(page, "Your account");
		assert.deepEqual(world.chromium.complaints(), []);
		await page.context().close();
	});

	test("a copied one is refused, and the log says so", async () => {
		await world.server.register("dora");
		const page = await world.signedIn("dora");
		const authenticator = await plugIn(page);
		await addPasskey(page, "Copied key");
		const [early] = await authenticator.credentials();
		await signOut(page);
		await press(page, "Use a passkey");
		await heading(page, "Your account");
		await signOut(page);
		await authenticator.clear();
		await authenticator.add(early ?? assert.fail());
		await press(page, "Use a passkey");
		await heading(page, "You are not signed in");
		await page.getByText("seems to have been copied").waitFor();
		assert.deepEqual(world.chromium.complaints(), []);
		await page.context().close();
	});

	test("codes of an app beside the password, then the phone is lost: a recovery code, and another app", async () => {
		await world.server.register("elsa");
		const page = await world.signedIn("elsa");
		const setUp = async (proof: () => Promise<void>) => {
			await page.goto(`${world.server.url}account/proofs/new-codes`);
			await proof();
			await press(page, "Continue");
			await page.getByText("Scan this with an app").waitFor();
			return scan({ text: await page.content() });
		};
		const app = await setUp(() => page.getByLabel("Your password").fill(password));
		// The code of the next half minute is right already, and for a minute at least: a busy machine takes its time.
		const soon = () => Date.now() + ahead + 30_000;
		await page.getByLabel("The code that the app shows now").fill(app.at(soon()));
		await press(page, "Use this app");
		await heading(page, "Passkeys and codes");
		wait(60_000);
		await follow(page, "Make recovery codes");
		await page.getByLabel("Your password").fill(password);
		await page.getByLabel("One-time or recovery code").fill(app.at(soon()));
		await press(page, "Make ten codes");
		await heading(page, "Your recovery codes");
		const codes = await page.locator("ol.code li").allTextContents();
		assert.equal(codes.length, 10);
		const download = page.waitForEvent("download");
		await follow(page, "Download them as a file");
		assert.equal((await download).suggestedFilename(), "recovery-codes.txt");
		await signOut(page);
		wait(60_000);
		await signIn(page, "elsa");
		await heading(page, "One more step");
		await page.getByLabel("One-time or recovery code").fill(app.at(soon()));
		await press(page, "Continue");
		await heading(page, "Your account");
		await signOut(page);
		await signIn(page, "elsa");
		await page.getByLabel("One-time or recovery code").fill(codes[0] ?? "");
		await press(page, "Continue");
		await heading(page, "Your account");
		const other = await setUp(async () => {
			await page.getByLabel("Your password").fill(password);
			await page.getByLabel("One-time or recovery code").fill(codes[1] ?? "");
		});
		await page.getByLabel("The code that the app shows now").fill(other.at(soon()));
		await press(page, "Use this app");
		await page.getByText("You have 8 recovery codes left.").waitFor();
		assert.deepEqual(world.chromium.complaints(), []);
		await page.context().close();
	});
});
