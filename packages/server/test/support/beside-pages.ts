import type { Page } from "playwright-core";
import type { BesideWorld } from "./beside-world.ts";
import { inEnglish } from "./in-english.ts";
import { password } from "./people-world.ts";
import type { Sight } from "./sight.ts";

const proofMs = 5 * 60_000;

/** What people see only beside a homeserver elsewhere; as `alice`, who is not signed in at first. */
export function besidePages(world: BesideWorld): Sight[] {
	const at = (path: string) => (page: Page) => page.goto(new URL(path, world.url).href);
	const allow = async (page: Page, typed?: string) => {
		await page.getByLabel(/^I started this myself/).check();
		if (typed !== undefined) await page.getByLabel("Your password").fill(typed);
		await page.getByRole("button", { name: "Allow it for ten minutes" }).click();
	};
	return [
		{ name: "registration-closed", title: "No new accounts here", open: at("/closed/register") },
		{
			name: "registration-token",
			title: "Create an account",
			open: at("/token/register?token=xyz&username=bob"),
		},
		{ name: "broken", title: "Something went wrong here", open: at("/broken") },
		{ name: "data-away", title: "This server cannot reach its data", open: at("/data-away") },
		{
			name: "reset-window",
			title: "Reset your digital identity?",
			async open(page) {
				await at("/account/reset")(page);
				await page.getByLabel("User name").fill("alice");
				await page.getByLabel("Password").fill(password);
				await page.getByRole("button", { name: "Sign in" }).click();
				await page.waitForURL("**/account/reset");
				world.advance(proofMs + 1);
				await page.reload();
			},
		},
		{
			name: "reset-window-refused",
			title: "Reset your digital identity?",
			async open(page) {
				await allow(page, "not the right one");
				await page.getByRole("alert").waitFor();
			},
		},
		{
			name: "reset-window-unanswered",
			title: "Reset your digital identity?",
			async open(page) {
				world.setAnswering(false);
				await allow(page, password);
				await page.getByText(/did not answer/).waitFor();
			},
		},
		{
			name: "reset-window-open",
			title: "Your digital identity can be replaced now",
			async open(page) {
				world.setAnswering(true);
				world.advance(5_000);
				await allow(page);
			},
		},
		{ name: "reset-window-logged", title: "Security log", open: at("/account/security") },
		...world.samples.map(({ name, view }) => ({
			name,
			title: inEnglish(view.title),
			open: at(`/sample/${name}`),
		})),
	];
}
