/** A company's person, who has no password here, in a browser: from the company's sign-in page to a replaced identity. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Page } from "playwright-core";
import { plugIn } from "../support/authenticator.ts";
import { approveLabel, heading, openBrowserWorld, signIn } from "../support/browser-world.ts";
import { needsChromium } from "../support/chromium.ts";
import { password } from "../support/server.ts";
import { signInThere, startUpstreamProvider } from "../support/upstream-provider.ts";

describe("signing in by another service, in a browser", needsChromium, () => {
	async function signInAtCompany(page: Page, name: string): Promise<void> {
		await heading(page, "Company");
		await page.getByLabel("Name").fill(name);
		await page.getByRole("button", { name: "Sign in at Company" }).click();
	}

	test("a new person gets an account, and links are shown on their page", async () => {
		await using provider = await startUpstreamProvider();
		await using world = await openBrowserWorld({ upstream: [provider.config()] });
		provider.serve(world.server.url);
		provider.people.set("s-1", {
			preferred_username: "dora",
			email: "dora@company.example",
			email_verified: true,
		});
		const page = await world.chromium.window();
		await page.goto(`${world.server.url}login?next=/account/links`);
		await page.getByRole("button", { name: "Sign in with Company" }).click();
		await signInAtCompany(page, "s-1");
		await heading(page, "Choose a name");
		await page.getByRole("button", { name: "Create account" }).click();
		await heading(page, "Signing in by other services");
		await page.getByText("as dora@company.example").waitFor();
	});

	test("who pressed the button twice is on the way once", async () => {
		await using provider = await startUpstreamProvider();
		await using world = await openBrowserWorld({ upstream: [provider.config()] });
		provider.serve(world.server.url);
		const page = await world.chromium.window();
		await page.goto(`${world.server.url}login`);
		await page.getByRole("button", { name: "Sign in with Company" }).dblclick();
		await signInAtCompany(page, "s-2");
		await heading(page, "Choose a name");
		await page.getByLabel("User name").fill("dora");
		await page.getByRole("button", { name: "Create account" }).dblclick();
		await heading(page, "Your account");
		assert.equal((await world.server.rows("accounts")).length, 1);
	});

	test("a person without a password replaces their identity, by signing in there anew", async () => {
		await using provider = await startUpstreamProvider();
		await using world = await openBrowserWorld({ upstream: [provider.config()] });
		const { server } = world;
		provider.serve(server.url);
		provider.people.set("s-1", { preferred_username: "dora" });
		provider.person = "s-1";
		const browser = server.browser();
		const going = await browser.press(await browser.open("/login"), "Sign in with Company");
		await browser.press(await browser.open((await signInThere(provider, going)).href), "Create account");
		const app = await world.app({ localpart: "dora", deviceId: "PHONEOFDORA", browser });
		assert.equal((await app.upload("first")).status, 200);
		await app.finish("first");
		provider.person = undefined;
		const { url } = await app.ask("second");

		const page = await world.chromium.window();
		await page.goto(url);
		await page.getByRole("button", { name: "Sign in with Company" }).click();
		await signInAtCompany(page, "s-1");
		const approve = page.getByRole("button", { name: /^Replace my digital identity$/ }).first();
		await approve.waitFor();
		// As if they had signed in long ago.
		await server.change("UPDATE browser_sessions SET proved_at = 1");
		await page.reload();
		await page.getByText("You are led to Company first").first().waitFor();
		await approve.click();
		await heading(page, "Confirm it is you");
		await page.getByRole("button", { name: "Confirm at Company" }).click();
		await signInAtCompany(page, "s-1");
		await approve.waitFor();
		assert.equal(await page.getByText("You are led to Company first").count(), 0);
		await approve.click();
		await page.getByText("Approved").first().waitFor();
		assert.equal((await app.upload("second")).status, 200);
	});

	test("an account with a password, a passkey and the company's link takes each for what it is worth", async () => {
		await using provider = await startUpstreamProvider();
		await using world = await openBrowserWorld({
			upstream: [provider.config({ emailDomains: ["company.example"] })],
		});
		const { server } = world;
		provider.serve(server.url);
		const own = await server.register("dora");
		const phone = await world.app({ localpart: "dora", deviceId: "PHONEOFDORA", browser: own });
		assert.equal((await phone.upload("first")).status, 200);
		await phone.finish("first");
		const page = await world.signedIn("dora");
		const press = (name: string | RegExp) => page.getByRole("button", { name }).click();
		const signOut = async () => {
			await page.goto(`${server.url}account/`);
			await press(/^Sign out/);
		};
		// The password links the company's account, and adds the passkey.
		await page.goto(`${server.url}account/links`);
		await page.getByLabel("Your password").fill(password);
		await press("Link Company");
		await signInAtCompany(page, "s-1");
		await heading(page, "Signing in by other services");
		const authenticator = await plugIn(page);
		await page.goto(`${server.url}account/proofs`);
		await page.getByRole("link", { name: "Add a passkey" }).click();
		await page.getByLabel("Name").fill("Key");
		await page.getByLabel("Your password").fill(password);
		await press("Continue");
		await press("Make the passkey");
		await heading(page, "Passkeys and codes");

		// By the company: found by the address, and then the passkey, as beside the password.
		await signOut();
		await page.goto(`${server.url}login?username=dora@company.example`);
		// There they are signed in still.
		await press("Sign in with Company");
		await heading(page, "One more step");
		await page.getByText("The other service says that you are dora.").waitFor();
		await press("Continue");
		await heading(page, "Your account");
		await signOut();
		await page.goto(`${server.url}login`);
		await signIn(page, "dora");
		await heading(page, "One more step");
		await press("Continue");
		await heading(page, "Your account");
		await signOut();
		await page.goto(`${server.url}login`);
		await press("Use a passkey");
		await heading(page, "Your account");

		// What replaces the identity is the passkey: the company's word is not even asked for.
		world.advance(30 * 60_000);
		const { url } = await phone.ask("second");
		await page.goto(url);
		const approve = page.getByRole("button", { name: approveLabel }).first();
		await approve.waitFor();
		assert.equal(await page.getByText("You are led to Company first").count(), 0);
		assert.equal(await page.getByRole("button", { name: "Confirm at Company" }).count(), 0);
		await authenticator.recognise(false);
		await approve.click();
		await page.getByText("Your browser gave no passkey. Try again.").first().waitFor();
		assert.equal((await phone.upload("second")).status, 401);
		await authenticator.recognise(true);
		await approve.click();
		await page.getByText("Approved").first().waitFor();
		assert.equal((await phone.upload("second")).status, 200);
		assert.deepEqual(world.chromium.complaints(), []);
	});
});
