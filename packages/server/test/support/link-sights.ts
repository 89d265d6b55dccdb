import { lifetimes } from "@countersign/core";
import type { Page } from "playwright-core";
import type { App, BrowserWorld } from "./browser-world.ts";
import { type WaitingDevice, waitingDevice, waitingElsewhere } from "./device-grant.ts";
import { password } from "./server.ts";
import type { Sight } from "./sight.ts";

const asks = "Let this device sign in?";

/** Signing in a device without a browser, from its code to what became of it. */
export function linkPages({ server, advance }: BrowserWorld, person: App): Sight[] {
	let waiting: WaitingDevice | undefined;
	const open = (page: Page, path: string) => page.goto(new URL(path, server.url).href);
	const enter = async (page: Page, code: string) => {
		await open(page, "/link");
		await page.getByLabel("Code").fill(code);
		await page.getByRole("button", { name: "Continue" }).click();
	};
	const allow = async (page: Page, secret: string) => {
		await page.getByLabel(/^I started this/).check();
		const asked = page.getByLabel("Your password");
		if ((await asked.count()) > 0) await asked.fill(secret);
		await page.getByRole("button", { name: "Allow" }).click();
	};
	return [
		{ name: "link", title: "Sign in another device", open: (page) => open(page, "/link") },
		{
			name: "link-by-link",
			title: "Sign in another device",
			open: (page) => open(page, "/link?code=BCDF-GHJK"),
		},
		{
			name: "link-code-unknown",
			title: "Sign in another device",
			async open(page) {
				await enter(page, "BCDF-GHJK");
				await page.getByRole("alert").waitFor();
			},
		},
		{
			name: "link-asking",
			title: asks,
			async open(page) {
				advance(lifetimes.proofMs + 1);
				waiting = await waitingDevice(server, { agent: "Television/2.0" });
				await enter(page, waiting.userCode);
			},
		},
		{
			name: "link-password-wrong",
			title: asks,
			async open(page) {
				await allow(page, "not the right one");
				await page.getByRole("alert").waitFor();
			},
		},
		{ name: "link-allowed", title: "Allowed. Go back to your device", open: (page) => allow(page, password) },
		{
			name: "link-signed-in",
			title: "Your device is signed in",
			async open(page) {
				await waiting?.poll();
				await page.reload();
			},
		},
		{
			name: "link-box-not-ticked",
			title: asks,
			async open(page) {
				await enter(page, (await waitingDevice(server, { deviceId: person.deviceId })).userCode);
				// Browsers ask for the tick themselves; some people's do not.
				await page.evaluate("for (const form of document.forms) form.noValidate = true");
				await page.getByRole("button", { name: "Allow" }).click();
				await page.getByRole("alert").waitFor();
			},
		},
		{
			name: "link-takes-over",
			title: asks,
			async open(page) {
				await enter(page, (await waitingDevice(server, { deviceId: person.deviceId })).userCode);
				await page.getByText("You already have this device").waitFor();
			},
		},
		{
			name: "link-for-another",
			title: asks,
			async open(page) {
				await enter(
					page,
					(await waitingDevice(server, { loginHint: "mxid:@somebody-else:localhost" })).userCode,
				);
				await page.getByText("You are signed in with another account").waitFor();
			},
		},
		{
			name: "link-elsewhere",
			title: asks,
			open: async (page) => enter(page, await waitingElsewhere(server)),
		},
		{
			name: "link-refused",
			title: "Refused",
			open: (page) => page.getByRole("button", { name: /refuse$/ }).click(),
		},
		{
			name: "link-missed",
			title: "The device did not come back in time",
			async open(page) {
				await enter(page, (await waitingDevice(server)).userCode);
				await allow(page, password);
				await page.getByRole("heading", { name: /^Allowed/ }).waitFor();
				advance(6 * 60_000);
				await page.reload();
			},
		},
	];
}
