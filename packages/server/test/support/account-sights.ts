import { lifetimes } from "@countersign/core";
import type { Page } from "playwright-core";
import type { App, BrowserWorld } from "./browser-world.ts";
import { password } from "./server.ts";
import type { Sight } from "./sight.ts";

const elsewhere = [
	"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
];

/** What a person keeps in order by themselves: name, browsers, log, and closing the account. */
export function ownPages(world: BrowserWorld, person: App): Sight[] {
	const at = (path: string) => (page: Page) => page.goto(new URL(path, world.server.url).href);
	return [
		...profilePages(at),
		...browserPages(world, at),
		{ name: "security-of-a-kind", title: "Security log", open: at("/account/security?kind=devices&device=") },
		{
			name: "security-unfolded",
			title: "Security log",
			async open(page) {
				await at("/account/security")(page);
				await page.getByText("Show only a part").click();
			},
		},
		{
			name: "security-of-a-device",
			title: "Security log",
			open: at(`/account/security?kind=&device=${person.deviceId}`),
		},
		{
			name: "security-nothing-of-it",
			title: "Security log",
			open: at("/account/security?kind=password&device=A%20DEVICE%20SIGNED%20OUT%20LONG%20AGO"),
		},
		{ name: "security-nothing-older", title: "Security log", open: at("/account/security?after=1.x") },
		{
			name: "deactivate-refused",
			title: "Deactivate your account?",
			async open(page) {
				await at("/account/deactivate")(page);
				await page.getByLabel(/^Type /).fill("somebody");
				await page.getByLabel("Your password").fill("not looked at");
				await page.getByRole("button", { name: "Deactivate for good" }).click();
				await page.getByRole("alert").waitFor();
			},
		},
	];
}

type At = (path: string) => (page: Page) => Promise<unknown>;

function profilePages(at: At): Sight[] {
	const save = async (page: Page, name: string) => {
		await page.getByLabel("Display name").fill(name);
		await page.getByRole("button", { name: "Save" }).click();
	};
	return [
		{
			name: "other-account",
			title: "You are signed in with another account",
			open: at("/account/?action=org.matrix.devices_list&login_hint=mxid:@somebody-else:localhost"),
		},
		{ name: "profile", title: "Display name", open: at("/account/profile") },
		{
			name: "profile-too-long",
			title: "Display name",
			async open(page) {
				await save(page, "much too long ".repeat(30));
				await page.getByRole("alert").waitFor();
			},
		},
		{ name: "home-with-a-name", title: "Your account", open: (page) => save(page, "Alice Liddell") },
		{ name: "profile-with-a-name", title: "Display name", open: at("/account/profile") },
	];
}

function browserPages(world: BrowserWorld, at: At): Sight[] {
	return [
		{
			name: "browsers",
			title: "Browsers",
			async open(page) {
				for (const userAgent of elsewhere) await world.signedIn("alice", { userAgent });
				world.advance(2 * 60_000);
				await at("/account/browsers")(page);
			},
		},
		{
			name: "browser-sign-out",
			title: "Sign out this browser?",
			open: (page) => page.getByRole("link", { name: "Safari on an iPhone" }).click(),
		},
		{
			name: "browser-sign-out-refused",
			title: "Sign out this browser?",
			async open(page) {
				world.advance(lifetimes.proofMs + 1);
				await page.reload();
				await page.getByLabel("Your password").fill("not the right one");
				await page.getByRole("button", { name: "Sign out" }).click();
				await page.getByRole("alert").waitFor();
			},
		},
		{ name: "browsers-others", title: "Sign out all other browsers?", open: at("/account/browsers/others") },
		{ name: "browser-unknown", title: "Browser not found", open: at("/account/browsers/unknown") },
		{ name: "browsers-alone", title: "Browsers", open: (page) => signOutOthers(page, at) },
		{
			name: "browsers-others-none",
			title: "Sign out all other browsers?",
			open: at("/account/browsers/others"),
		},
	];
}

async function signOutOthers(page: Page, at: At): Promise<void> {
	await at("/account/browsers/others")(page);
	await page.getByLabel("Your password").fill(password);
	await page.getByRole("button", { name: "Sign out the others" }).click();
}
